//! `[session]` and `[revocations]`: how long things last.
use std::time::Duration;

use serde::Deserialize;

use crate::domain::Limits;

/// `[session]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionSettings {
    /// From the last refresh to the end.
    #[serde(with = "humantime_serde")]
    pub ttl: Duration,
    /// When clients are told to refresh.
    #[serde(with = "humantime_serde")]
    pub refresh_after: Duration,
    /// From login to the end, whatever happens.
    #[serde(with = "humantime_serde")]
    pub absolute_ttl: Duration,
    /// How long a predecessor still passes.
    #[serde(with = "humantime_serde")]
    pub grace: Duration,
    /// Sessions per user of an app.
    pub per_user: usize,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            ttl: Duration::from_mins(30),
            refresh_after: Duration::from_mins(20),
            absolute_ttl: Duration::from_hours(24 * 30),
            grace: Duration::from_secs(30),
            per_user: 10,
        }
    }
}

impl SessionSettings {
    /// The limits, once they make sense together.
    ///
    /// # Errors
    /// When a session would end before its first refresh, or never have one.
    pub fn limits(&self) -> anyhow::Result<Limits> {
        let Self {
            ttl,
            refresh_after,
            absolute_ttl,
            grace,
            per_user,
        } = self.clone();
        anyhow::ensure!(
            refresh_after < ttl,
            "session.refresh_after must be less than session.ttl"
        );
        anyhow::ensure!(
            ttl <= absolute_ttl,
            "session.ttl must not exceed session.absolute_ttl"
        );
        anyhow::ensure!(
            grace < refresh_after,
            "session.grace must be less than session.refresh_after"
        );
        anyhow::ensure!(per_user > 0, "session.per_user must be at least 1");
        Ok(Limits {
            ttl,
            refresh_after,
            absolute_ttl,
            grace,
            per_user,
        })
    }
}

/// `[revocations]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RevocationSettings {
    /// How long tokens are still believed after the log could last be read.
    #[serde(with = "humantime_serde")]
    pub max_lag: Duration,
}

impl Default for RevocationSettings {
    fn default() -> Self {
        Self {
            max_lag: Duration::from_mins(5),
        }
    }
}
