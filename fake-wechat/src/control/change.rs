//! A member that can be missing, where left out and `null` differ.

use serde::{Deserialize, Deserializer};

/// What shall become of a value that may be none.
#[derive(Default)]
pub(super) enum Change<T> {
    /// Left out: as it was.
    #[default]
    Keep,
    /// A value, or `null` for none.
    To(Option<T>),
}

impl<T> Change<T> {
    pub(super) fn apply(self, value: &mut Option<T>) {
        if let Self::To(wish) = self {
            *value = wish;
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        Option::deserialize(source).map(Self::To)
    }
}
