//! What was decided about a user while they were logging in.
use super::Reason;

/// The rows of a user that came after their login began: number and reason, in any order. A reason
/// that this version does not know is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meanwhile(Vec<(u64, Option<Reason>)>);

impl Meanwhile {
    /// What the log says.
    #[must_use]
    pub fn new(rows: Vec<(u64, Option<Reason>)>) -> Self {
        Self(rows)
    }

    /// The number that the login counts as begun at. A merge ends sessions of an account that is no
    /// more, not a login that has found the one that stayed. Everything else ends it.
    #[must_use]
    pub fn since(&self, began: u64) -> u64 {
        let merges = self.0.iter().map(|&(number, reason)| {
            let merge = reason == Some(Reason::Merge);
            merge.then_some(number)
        });
        let latest = merges.collect::<Option<Vec<_>>>();
        latest.into_iter().flatten().fold(began, u64::max)
    }

    /// Whether the user was erased: a login from before must not bring them back.
    #[must_use]
    pub fn erased(&self) -> bool {
        self.0
            .iter()
            .any(|&(_, reason)| reason == Some(Reason::Erase))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_merges_are_survived() {
        let merge = |number| (number, Some(Reason::Merge));
        let since = |rows: &[(u64, Option<Reason>)]| Meanwhile::new(rows.to_vec()).since(3);
        assert_eq!(since(&[]), 3);
        assert_eq!(since(&[merge(5), merge(9), merge(7)]), 9);
        for other in [Some(Reason::LogoutEverywhere), Some(Reason::Block), None] {
            assert_eq!(since(&[merge(5), (4, other)]), 3);
            assert_eq!(since(&[merge(5), (6, other)]), 3);
        }
    }

    #[test]
    fn an_erased_user_is_known_as_such() {
        let erased = |reason| Meanwhile::new(vec![(4, Some(Reason::Merge)), (5, reason)]).erased();
        assert!(erased(Some(Reason::Erase)));
        assert!(!erased(Some(Reason::Block)));
        assert!(!erased(None));
    }
}
