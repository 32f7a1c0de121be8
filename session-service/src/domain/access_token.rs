//! WeChat's `access_token` of one app: when the next one is due, and who fetches it.
//!
//! All replicas share one token. Whoever writes the lease first asks WeChat for the next one, ahead of
//! the end; meanwhile, and for as long as it lives, the old one is handed out.
use std::time::Duration;

use service_kit::Timestamp;
use wx_client::AccessToken;

/// In a token's last five minutes WeChat makes the next one, and both work
/// (`/cgi-bin/stable_token`, normal mode).
const AHEAD: Duration = Duration::from_mins(5);

/// The token that is handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentToken {
    /// The token.
    pub token: AccessToken,
    /// When it ends, if WeChat does not end it sooner.
    pub expires_at: Timestamp,
}

/// Who fetches the next token, or how that went wrong a moment ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Random: tells this lease from every other.
    pub holder: [u8; 8],
    /// Nobody else fetches before.
    pub until: Timestamp,
    /// The number of the reason, once it went wrong.
    pub failed: Option<i32>,
}

/// What a caller who wants a token does now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Takes this one.
    Take(CurrentToken),
    /// Takes this one, and sees to it that the next one is fetched.
    TakeAndRenew(CurrentToken),
    /// Fetches the next one.
    Fetch,
    /// Waits for whoever fetches it.
    Wait,
    /// Hears how it went wrong a moment ago: the number of the reason.
    Refused(i32),
}

impl Step {
    /// What follows from what is stored. `refused` is a token that WeChat does not take any more,
    /// whatever is stored about it.
    #[must_use]
    pub fn of(
        stored: Option<&CurrentToken>,
        lease: Option<&Lease>,
        refused: Option<&AccessToken>,
        now: Timestamp,
    ) -> Self {
        let barring = lease.filter(|lease| lease.bars(now));
        let usable = stored
            .filter(|stored| now < stored.expires_at)
            .filter(|stored| Some(&stored.token) != refused);
        match (usable, barring) {
            (Some(token), None) if token.is_due(now) => Self::TakeAndRenew(token.clone()),
            (Some(token), _) => Self::Take(token.clone()),
            (None, None) => Self::Fetch,
            (None, Some(Lease { failed: None, .. })) => Self::Wait,
            (
                None,
                Some(Lease {
                    failed: Some(reason),
                    ..
                }),
            ) => Self::Refused(*reason),
        }
    }
}

impl CurrentToken {
    fn is_due(&self, now: Timestamp) -> bool {
        self.expires_at.since(now) <= AHEAD
    }
}

impl Lease {
    /// A lease that begins now.
    #[must_use]
    pub fn begin(holder: [u8; 8], life: Duration, now: Timestamp) -> Self {
        Self {
            holder,
            until: now.plus(life),
            failed: None,
        }
    }

    /// The same lease, whose holder failed: nobody asks again before the pause is over.
    #[must_use]
    pub fn failed(self, reason: i32, pause: Duration, now: Timestamp) -> Self {
        Self {
            until: now.plus(pause),
            failed: Some(reason),
            ..self
        }
    }

    /// Whether others must not fetch. One that ends further ahead than any lease was made before the
    /// clock was put back.
    fn bars(&self, now: Timestamp) -> bool {
        const LONGEST: Duration = Duration::from_hours(1);
        now < self.until && self.until.since(now) <= LONGEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_000_000);
    const LIFE: Duration = Duration::from_secs(5);

    fn after(seconds: u64) -> Timestamp {
        NOW.plus(Duration::from_secs(seconds))
    }

    fn token(text: &str, ends: Timestamp) -> CurrentToken {
        CurrentToken {
            token: AccessToken::parse("wx1", text.to_owned()).unwrap(),
            expires_at: ends,
        }
    }

    fn lease() -> Lease {
        Lease::begin([1; 8], LIFE, NOW)
    }

    #[test]
    fn the_next_token_is_fetched_in_the_last_five_minutes() {
        let stored = token("a", after(7200));
        let step = |at| Step::of(Some(&stored), None, None, after(at));
        assert_eq!(step(0), Step::Take(stored.clone()));
        assert_eq!(step(6899), Step::Take(stored.clone()));
        assert_eq!(step(6900), Step::TakeAndRenew(stored.clone()));
        assert_eq!(step(7199), Step::TakeAndRenew(stored.clone()));
        assert_eq!(step(7200), Step::Fetch);
        assert_eq!(Step::of(None, None, None, NOW), Step::Fetch);
    }

    #[test]
    fn one_fetches_and_the_others_wait_or_take_what_lives() {
        let (due, over) = (token("a", after(60)), token("a", NOW));
        let step = |stored| Step::of(stored, Some(&lease()), None, NOW);
        assert_eq!(step(Some(&due)), Step::Take(due.clone()));
        assert_eq!(step(Some(&over)), Step::Wait);
        assert_eq!(step(None), Step::Wait);
    }

    #[test]
    fn a_lease_ends_whoever_held_it() {
        let step = |at| Step::of(None, Some(&lease()), None, at);
        assert_eq!(step(after(4)), Step::Wait);
        assert_eq!(step(after(5)), Step::Fetch);
        let put_back = Timestamp::from_unix_seconds(1000);
        assert_eq!(step(put_back), Step::Fetch);
    }

    #[test]
    fn a_failure_is_everybodys_until_its_pause_is_over() {
        let failed = lease().failed(17, Duration::from_secs(10), NOW);
        let due = token("a", after(60));
        let step = |stored, at| Step::of(stored, Some(&failed), None, at);
        assert_eq!(step(None, after(9)), Step::Refused(17));
        assert_eq!(step(Some(&due), after(9)), Step::Take(due.clone()));
        assert_eq!(step(None, after(10)), Step::Fetch);
        assert_eq!(step(Some(&due), after(10)), Step::TakeAndRenew(due.clone()));
    }

    #[test]
    fn a_refused_token_counts_only_while_it_is_the_stored_one() {
        let stored = token("b", after(7200));
        let step = |refused: &str, lease| {
            let refused = AccessToken::parse("wx1", refused.to_owned()).unwrap();
            Step::of(Some(&stored), lease, Some(&refused), NOW)
        };
        assert_eq!(step("a", None), Step::Take(stored.clone()));
        assert_eq!(step("b", None), Step::Fetch);
        assert_eq!(step("b", Some(&lease())), Step::Wait);
    }
}
