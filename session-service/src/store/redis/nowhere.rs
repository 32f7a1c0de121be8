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
    /// Notes what they said last: an answer ends whatever seemed wrong before.
    pub(super) fn note<T>(&self, found: &Result<T, Option<RedisMistake>>) {
        let mistake = found.as_ref().err().copied().flatten();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = mistake;
    }

    /// What a question meets that nobody can be asked.
    pub(super) fn trouble(&self) -> Trouble {
        let mistake = *self.0.read().unwrap_or_else(PoisonError::into_inner);
        mistake.map_or(Trouble::Away(Away::Nowhere), Trouble::Mistaken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_told_until_somebody_answers_or_is_away() {
        let mistaken = Err(Some(RedisMistake::UnknownMaster));
        for later in [Ok(()), Err(None)] {
            let nowhere = Nowhere::default();
            nowhere.note::<()>(&mistaken);
            let told = nowhere.trouble();
            assert!(matches!(
                told,
                Trouble::Mistaken(RedisMistake::UnknownMaster)
            ));
            nowhere.note(&later);
            let told = nowhere.trouble();
            assert!(matches!(told, Trouble::Away(Away::Nowhere)), "{told:?}");
        }
    }
}
