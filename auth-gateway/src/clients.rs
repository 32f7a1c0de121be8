//! The ports, over gRPC.
mod convert;
mod session;

pub use self::session::GrpcSessions;

use std::time::Duration;

use serde::Deserialize;

/// How long each kind of call may take.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Deadlines {
    /// Login and phone numbers: WeChat is asked on the way.
    #[serde(with = "humantime_serde")]
    pub login: Duration,
    /// Verify, refresh and logout.
    #[serde(with = "humantime_serde")]
    pub session: Duration,
    /// Everything else.
    #[serde(with = "humantime_serde")]
    pub other: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            login: Duration::from_secs(5),
            session: Duration::from_millis(1500),
            other: Duration::from_secs(3),
        }
    }
}
