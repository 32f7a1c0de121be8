//! Why nobody is known who could be asked.
use std::sync::{PoisonError, RwLock};

use super::{
    mistake::RedisMistake,
    trouble::{Away, Trouble},
};

/// Why those who know the servers named none: a mistake, or they are away.
#[derive(Default)]
pub(super) struct Nowhere(RwLock<Option<RedisMistake>>);

impl Nowhere {
    /// Notes what they said last.
    pub(super) fn note(&self, mistake: Option<RedisMistake>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = mistake;
    }

    /// What a question meets that nobody can be asked.
    pub(super) fn trouble(&self) -> Trouble {
        let mistake = *self.0.read().unwrap_or_else(PoisonError::into_inner);
        mistake.map_or(Trouble::Away(Away::Nowhere), Trouble::Mistaken)
    }
}
