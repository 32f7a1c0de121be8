//! The budget of failed decryptions.
//!
//! AES-CBC without a MAC is a padding oracle to whoever may ask often enough: the cheapest attack
//! takes over a thousand questions. Ten a day end it, whatever else leaks. The count is per user of an
//! app, not per session: logging in again does not reset it.
use std::time::Duration;

use service_kit::Timestamp;

/// Failures a user may have per window.
const BUDGET: u32 = 10;
/// The window.
const WINDOW: Duration = Duration::from_hours(24);

/// How many attempts are out or failed in this window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    taken: u32,
    began_at: Timestamp,
}

/// The budget is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts to decrypt failed; try again later")]
pub struct BudgetSpent {
    /// When the window ends.
    pub retry_after: Duration,
}

impl Attempts {
    /// No attempt yet, in a window that begins now.
    #[must_use]
    pub const fn none(now: Timestamp) -> Self {
        Self {
            taken: 0,
            began_at: now,
        }
    }

    /// What the store kept.
    #[must_use]
    pub const fn restore(taken: u32, began_at: Timestamp) -> Self {
        Self { taken, began_at }
    }

    /// How many are out or failed.
    #[must_use]
    pub const fn taken(&self) -> u32 {
        self.taken
    }

    /// When the window began.
    #[must_use]
    pub const fn began_at(&self) -> Timestamp {
        self.began_at
    }

    /// How much of the window is left.
    #[must_use]
    pub fn left(&self, now: Timestamp) -> Duration {
        WINDOW.saturating_sub(now.since(self.began_at))
    }

    /// Takes one attempt out of the budget, before the cipher runs.
    ///
    /// # Errors
    /// When ten are out or failed.
    pub fn take(self, now: Timestamp) -> Result<Self, BudgetSpent> {
        let current = if self.left(now).is_zero() {
            Self::none(now)
        } else {
            self
        };
        if current.taken >= BUDGET {
            return Err(BudgetSpent {
                retry_after: current.left(now),
            });
        }
        Ok(Self {
            taken: current.taken + 1,
            ..current
        })
    }

    /// Gives one back: the data opened.
    #[must_use]
    pub fn give_back(self) -> Self {
        Self {
            taken: self.taken.saturating_sub(1),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_000_000);

    #[test]
    fn the_eleventh_failure_in_a_day_is_refused() {
        let mut attempts = Attempts::none(NOW);
        for _ in 0..10 {
            attempts = attempts.take(NOW).unwrap();
        }
        let later = NOW.plus(Duration::from_hours(23));
        let spent = attempts.take(later).unwrap_err();
        assert_eq!(spent.retry_after, Duration::from_hours(1));
        assert_eq!(attempts.take(NOW.plus(WINDOW)).unwrap().taken(), 1);
    }

    #[test]
    fn data_that_opens_costs_nothing() {
        let mut attempts = Attempts::none(NOW);
        for _ in 0..100 {
            attempts = attempts.take(NOW).unwrap().give_back();
        }
        assert_eq!(attempts.taken(), 0);
    }
}
