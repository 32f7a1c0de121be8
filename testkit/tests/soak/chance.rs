//! Chance, where no seed would make a run repeatable anyway.
use std::hash::{BuildHasher, RandomState};

/// Some number below `limit`.
pub(crate) fn below(limit: u64) -> u64 {
    RandomState::new().hash_one(limit) % limit
}
