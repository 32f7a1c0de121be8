//! One code, one exchange.
//!
//! A code is sent to WeChat at most once in ten minutes, whichever replica it comes to: whoever
//! writes the claim first may send it. A client that asks twice at once, or whose answer was lost, shows
//! by its nonce that it is the same client, and gets the same session.
use std::time::Duration;

use service_kit::Timestamp;

use super::Claims;

/// How long a code stays claimed. WeChat's codes live five minutes.
pub const CLAIM_LIFE: Duration = Duration::from_mins(10);
/// How long the first answer may be repeated to the same client.
const REPEAT: Duration = Duration::from_secs(30);
/// A holder that has not finished after this long has vanished.
const HOLD: Duration = Duration::from_secs(15);

/// The hash of a nonce; none when the client sent none.
pub type NonceHash = Option<[u8; 16]>;

/// What is known of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeClaim {
    nonce: NonceHash,
    holder: [u8; 8],
    progress: Progress,
}

/// How far a login with the code has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Somebody is at it, until then at the latest.
    InFlight {
        /// After this the code counts as used.
        until: Timestamp,
    },
    /// It opened a session.
    Done {
        /// The session's first token.
        claims: Claims,
        /// Whether the login registered the user.
        is_new: bool,
        /// When.
        at: Timestamp,
    },
    /// It was refused, or failed after the code may have reached WeChat.
    Failed {
        /// The number of the reason.
        reason: i32,
        /// When.
        at: Timestamp,
    },
}

/// What a second caller with the same code gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Echo {
    /// The first answer is not there yet.
    Wait,
    /// The first answer: a session.
    Session {
        /// Its first token.
        claims: Claims,
        /// Whether the login registered the user.
        is_new: bool,
    },
    /// The first answer: a refusal, by the number of its reason.
    Refusal(i32),
    /// The code was used.
    Used,
}

impl CodeClaim {
    /// A claim that begins now. `holder` is random: it tells this claim from every other.
    #[must_use]
    pub fn begin(nonce: NonceHash, holder: [u8; 8], now: Timestamp) -> Self {
        Self {
            nonce,
            holder,
            progress: Progress::InFlight {
                until: now.plus(HOLD),
            },
        }
    }

    /// What the store kept.
    #[must_use]
    pub const fn restore(nonce: NonceHash, holder: [u8; 8], progress: Progress) -> Self {
        Self {
            nonce,
            holder,
            progress,
        }
    }

    /// Who made it.
    #[must_use]
    pub const fn holder(&self) -> [u8; 8] {
        self.holder
    }

    /// Whose claim it is.
    #[must_use]
    pub const fn nonce(&self) -> NonceHash {
        self.nonce
    }

    /// How far it has come.
    #[must_use]
    pub const fn progress(&self) -> Progress {
        self.progress
    }

    /// The claim with its outcome.
    #[must_use]
    pub const fn with(self, progress: Progress) -> Self {
        Self { progress, ..self }
    }

    /// What another caller with the same code gets now.
    #[must_use]
    pub fn echo(&self, nonce: NonceHash, now: Timestamp) -> Echo {
        if nonce.is_none() || nonce != self.nonce {
            return Echo::Used;
        }
        match self.progress {
            Progress::InFlight { until } if now < until => Echo::Wait,
            Progress::Done { claims, is_new, at } if just(at, now) => {
                Echo::Session { claims, is_new }
            }
            Progress::Failed { reason, at } if just(at, now) => Echo::Refusal(reason),
            _ => Echo::Used,
        }
    }
}

/// Clocks differ a little. What lies further ahead was before the clock was put back, nobody knows
/// how long ago.
fn just(at: Timestamp, now: Timestamp) -> bool {
    now.since(at) < REPEAT && at.since(now) < REPEAT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{SessionId, UserTag};

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_000_000);
    const MINE: NonceHash = Some([1; 16]);

    fn done() -> CodeClaim {
        let (tag, id) = (UserTag::from_bytes([1; 8]), SessionId::from_bytes([2; 16]));
        let claims = Claims {
            key: 1,
            tag,
            id,
            generation: 0,
        };
        CodeClaim::begin(MINE, [0; 8], NOW).with(Progress::Done {
            claims,
            is_new: true,
            at: NOW,
        })
    }

    #[test]
    fn the_same_client_waits_for_the_first_answer() {
        let claim = CodeClaim::begin(MINE, [0; 8], NOW);
        assert_eq!(claim.echo(MINE, NOW), Echo::Wait);
        assert_eq!(claim.echo(Some([2; 16]), NOW), Echo::Used);
        assert_eq!(claim.echo(None, NOW), Echo::Used);
    }

    #[test]
    fn a_vanished_holders_code_counts_as_used() {
        let claim = CodeClaim::begin(MINE, [0; 8], NOW);
        assert_eq!(claim.echo(MINE, NOW.plus(HOLD)), Echo::Used);
    }

    #[test]
    fn the_first_answer_is_repeated_for_thirty_seconds_to_the_same_client() {
        let just = NOW.plus(Duration::from_secs(29));
        assert!(matches!(
            done().echo(MINE, just),
            Echo::Session { is_new: true, .. }
        ));
        assert_eq!(done().echo(MINE, NOW.plus(REPEAT)), Echo::Used);
        assert_eq!(done().echo(None, NOW), Echo::Used);
    }

    #[test]
    fn an_answer_from_before_the_clock_was_put_back_is_not_repeated() {
        let slow = Timestamp::from_unix_millis(NOW.unix_millis() - 29_000);
        assert!(matches!(done().echo(MINE, slow), Echo::Session { .. }));
        let put_back = Timestamp::from_unix_millis(NOW.unix_millis() - 30_000);
        assert_eq!(done().echo(MINE, put_back), Echo::Used);
    }

    #[test]
    fn without_a_nonce_nothing_is_repeated() {
        let claim = CodeClaim::begin(None, [0; 8], NOW);
        assert_eq!(claim.echo(None, NOW), Echo::Used);
    }

    #[test]
    fn a_refusal_is_repeated_too() {
        let failed =
            CodeClaim::begin(MINE, [0; 8], NOW).with(Progress::Failed { reason: 6, at: NOW });
        assert_eq!(failed.echo(MINE, NOW), Echo::Refusal(6));
    }
}
