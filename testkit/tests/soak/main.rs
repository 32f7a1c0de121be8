//! The long checks: `scripts/soak`. Each has a quick sister among the other tests.
mod redis_use;
mod replicas;
mod session_life;
mod redis_faults;
