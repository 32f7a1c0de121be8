//! What can be done about a failed call.

/// What can be done about a failed call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Remedy {
    /// It passes: try again later. A code that may be spent is no longer of use.
    TryLater,
    /// Get another `access_token`, then try again, once.
    NewToken,
    /// Make no such call before the next minute.
    NextMinute,
    /// Make no such call until the day or month ends, or an operator clears the quota.
    StopCalling,
    /// The mini-program must get a new code: of `wx.login`, or of the phone number button.
    NewCode,
    /// Nothing helps: the user is refused.
    RefuseUser,
    /// An operator must change something at WeChat or in the configuration.
    AlertOperator,
    /// What was asked cannot be right: the caller, or this crate, has a defect.
    MendCaller,
    /// WeChat said what this crate does not know.
    Unknown,
}

/// How far a limit of WeChat's reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quota {
    /// It ends with the minute.
    PerMinute,
    /// It ends with the day, or when an operator clears it.
    PerDay,
    /// It ends with the month.
    PerMonth,
}

impl std::fmt::Display for Quota {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::PerMinute => "per minute",
            Self::PerDay => "per day",
            Self::PerMonth => "per month",
        })
    }
}
