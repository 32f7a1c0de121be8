//! Why WeChat did not name a user.

use crate::refusal::Refusal;

/// What lies beneath an error; it holds no URL.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a login code bought no session. No variant holds what was sent: neither the secret, nor
/// the code, nor the URL.
#[derive(Debug, thiserror::Error)]
pub enum WxError {
    /// The code is stale, malformed, of another app, or was used before (40029, 40163): the
    /// mini-program must call `wx.login` again.
    #[error("WeChat rejected the login code")]
    CodeRejected(#[source] Refusal),
    /// WeChat judges the user to be of high risk (40226).
    #[error("WeChat blocks the user")]
    UserBlocked(#[source] Refusal),
    /// Too many calls: for this user in this minute (45011), or for the app today (45009).
    #[error("WeChat's limit {quota} is reached")]
    RateLimited {
        /// The limit that was reached.
        quota: Quota,
        /// What WeChat said.
        #[source]
        refusal: Refusal,
    },
    /// WeChat cannot do it now (-1). The code may be spent.
    #[error("WeChat is busy")]
    Busy(#[source] Refusal),
    /// The app's id, secret, IP list or standing at WeChat is wrong (40013, 40125, 40164, 40243,
    /// 41002, 41004, 48001, 50002 and others): an operator must act.
    #[error("WeChat refuses the app as it is configured")]
    Misconfigured(#[source] Refusal),
    /// The request was malformed (40002, 40066, 41008, 43001 and others): a defect here.
    #[error("WeChat finds the request malformed")]
    BadRequest(#[source] Refusal),
    /// An errcode that this crate does not know.
    #[error("WeChat answered with an unknown errcode")]
    UnknownErrcode(#[source] Refusal),
    /// There was an answer, but not one that WeChat is known to give. The code may be spent.
    #[error("WeChat's answer is not understood")]
    Garbage(#[from] Garbage),
    /// No connection came about: nothing was sent and the code is unspent.
    #[error("WeChat is unreachable")]
    Unreachable(#[source] Cause),
    /// Time ran out or the connection broke after the request may have gone out: the code may be
    /// spent.
    #[error("WeChat did not answer")]
    NoAnswer(#[source] Cause),
}

/// How far a limit of WeChat's reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quota {
    /// It ends with the minute.
    PerMinute,
    /// It ends with the day, or when an operator clears it.
    PerDay,
}

impl std::fmt::Display for Quota {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::PerMinute => "per minute",
            Self::PerDay => "per day",
        })
    }
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Garbage {
    /// Not HTTP at all.
    #[error("not HTTP")]
    NotHttp,
    /// A redirect, which is never followed; its status.
    #[error("a redirect, status {0}")]
    Redirect(u16),
    /// A status other than 200, which WeChat uses even for refusals.
    #[error("status {0}")]
    Status(u16),
    /// A body of more than 64 KiB.
    #[error("body too large")]
    TooLarge,
    /// The body is not one JSON object.
    #[error("not a JSON object")]
    NotJson,
    /// `errcode` is neither a whole number nor a string of one.
    #[error("errcode not a number")]
    BadErrcode,
    /// Success without an `openid`.
    #[error("openid missing")]
    MissingOpenid,
    /// `openid` is not 1 to 128 of `A-Z a-z 0-9 _ -`.
    #[error("openid malformed")]
    BadOpenid,
    /// `unionid` is there and not empty, but not 1 to 128 of `A-Z a-z 0-9 _ -`.
    #[error("unionid malformed")]
    BadUnionid,
    /// Success without a `session_key`.
    #[error("session_key missing")]
    MissingSessionKey,
    /// `session_key` is not base64 of 16 bytes.
    #[error("session_key malformed")]
    BadSessionKey,
}

impl WxError {
    /// Whether the code certainly never left: only then may it be tried again.
    #[must_use]
    pub fn nothing_was_sent(&self) -> bool {
        matches!(self, Self::Unreachable(_))
    }

    /// What WeChat said, if it refused in its own words.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::CodeRejected(refusal)
            | Self::UserBlocked(refusal)
            | Self::RateLimited { refusal, .. }
            | Self::Busy(refusal)
            | Self::Misconfigured(refusal)
            | Self::BadRequest(refusal)
            | Self::UnknownErrcode(refusal) => Some(refusal),
            Self::Garbage(_) | Self::Unreachable(_) | Self::NoAnswer(_) => None,
        }
    }

    /// WeChat's errcode, if it gave one.
    #[must_use]
    pub fn errcode(&self) -> Option<i64> {
        self.refusal().map(|refusal| refusal.errcode)
    }

    /// The variant in snake case, for metrics and spans.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::CodeRejected(_) => "code_rejected",
            Self::UserBlocked(_) => "user_blocked",
            Self::RateLimited { .. } => "rate_limited",
            Self::Busy(_) => "busy",
            Self::Misconfigured(_) => "misconfigured",
            Self::BadRequest(_) => "bad_request",
            Self::UnknownErrcode(_) => "unknown_errcode",
            Self::Garbage(_) => "garbage",
            Self::Unreachable(_) => "unreachable",
            Self::NoAnswer(_) => "no_answer",
        }
    }
}
