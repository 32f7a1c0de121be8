//! The long checks: `scripts/soak`. Each has a quick sister among the other tests.
mod chance;
mod clocks;
mod crypto_away;
mod disk;
mod failover;
mod first_logins;
mod kills;
mod lost_answers;
mod power;
mod races;
mod redis_faults;
mod redis_use;
mod replicas;
mod session_life;
mod split_brain;
mod strace;
mod topology;
