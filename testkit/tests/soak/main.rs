//! The long checks: `scripts/soak`. Each has a quick sister among the other tests.
mod redis_use;
mod replicas;
mod session_life;
mod redis_faults;
mod chance;
mod clocks;
mod crypto_away;
mod disk;
mod first_logins;
mod kills;
mod power;
mod strace;
