//! The sealed keys of one user.
use super::{Malformed, Rejected};

/// The newest key and at most two that it displaced.
const LONGEST: usize = 3;

/// Sealed keys of one user, newest first.
pub struct SealedRing(Vec<Vec<u8>>);

impl SealedRing {
    /// A ring of these sealed keys, newest first.
    ///
    /// # Errors
    /// When there are more than three.
    pub fn parse(newest_first: Vec<Vec<u8>>) -> Result<Self, Malformed> {
        if newest_first.len() > LONGEST {
            return Err(Malformed::LongRing);
        }
        Ok(Self(newest_first))
    }

    /// What `attempt` gives for the first key it accepts.
    ///
    /// # Errors
    /// When it accepts none: the reason of the one that came furthest.
    pub fn first_fit<T>(
        &self,
        mut attempt: impl FnMut(&[u8]) -> Result<T, Rejected>,
    ) -> Result<T, Rejected> {
        let mut furthest = Rejected::EmptyRing;
        for sealed in &self.0 {
            match attempt(sealed) {
                Ok(fit) => return Ok(fit),
                Err(rejected) => furthest = furthest.max(rejected),
            }
        }
        Err(furthest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(keys: usize) -> Result<SealedRing, Malformed> {
        SealedRing::parse((0..3).cycle().take(keys).map(|key| vec![key]).collect())
    }

    #[test]
    fn a_ring_holds_at_most_three_keys() {
        assert!(ring(0).is_ok() && ring(3).is_ok());
        assert_eq!(ring(4).err(), Some(Malformed::LongRing));
    }

    #[test]
    fn later_keys_are_left_alone_once_one_fits() {
        let mut tried = Vec::new();
        let fit = ring(3).unwrap().first_fit(|key| {
            tried.push(key[0]);
            if key == [1] {
                Ok(())
            } else {
                Err(Rejected::BadJson)
            }
        });
        assert_eq!((fit, tried), (Ok(()), vec![0, 1]));
    }

    #[test]
    fn the_reason_is_of_the_key_that_came_furthest() {
        let reasons = [
            Rejected::BadPadding,
            Rejected::WatermarkStale,
            Rejected::Unsealable,
        ];
        let refused = ring(3)
            .unwrap()
            .first_fit(|key| Err::<(), _>(reasons[usize::from(key[0])]));
        assert_eq!(refused, Err(Rejected::WatermarkStale));
        let none = ring(0).unwrap().first_fit(|_| Ok(()));
        assert_eq!(none, Err(Rejected::EmptyRing));
    }
}
