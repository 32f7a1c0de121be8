//! Why a call failed.

use std::time::Duration;

use crate::{
    garbage::Garbage,
    refusal::Refusal,
    remedy::{Quota, Remedy},
};

/// What lies beneath an error; it holds no URL.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a call failed. No variant holds what was sent: neither secret, code, token, openid nor URL.
#[derive(Debug, thiserror::Error)]
pub enum WxError {
    /// The code is stale, malformed, of another app or kind, or was used before (40029, 40163):
    /// the mini-program must get a new one.
    #[error("WeChat rejected the code")]
    CodeRejected(#[source] Refusal),
    /// The signature was not made with the user's current `session_key`, or they have none
    /// (87007, 87009): the mini-program must call `wx.login` again.
    #[error("WeChat does not know the user by this session_key")]
    KeyStale(#[source] Refusal),
    /// The `access_token` is not, or no longer, a good one (40001, 40014, 42001): get another and
    /// try again, once.
    #[error("WeChat rejected the access_token")]
    TokenRejected(#[source] Refusal),
    /// WeChat judges the user to be of high risk (40226).
    #[error("WeChat blocks the user")]
    UserBlocked(#[source] Refusal),
    /// There is no such payment of this user, or it is older than five minutes (89300).
    #[error("WeChat knows no such payment of the user")]
    TradeRejected(#[source] Refusal),
    /// Too many calls: in this minute (45011), or today (45009), or this month (48006).
    #[error("WeChat's limit {quota} is reached")]
    RateLimited {
        /// The limit that was reached.
        quota: Quota,
        /// What WeChat said.
        #[source]
        refusal: Refusal,
    },
    /// WeChat cannot do it now (-1). A code may be spent.
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
    /// There was an answer, but not one that WeChat is known to give. A code may be spent.
    #[error("WeChat's answer is not understood")]
    Garbage(#[from] Garbage),
    /// Too many calls of this kind were made here for this app: nothing was sent.
    #[error("our own limit of calls to WeChat is reached")]
    Throttled {
        /// When one may be made again.
        retry_after: Duration,
    },
    /// WeChat failed too often of late and is left alone for a while: nothing was sent.
    #[error("WeChat is left alone after too many failures")]
    CircuitOpen {
        /// When it may be asked again.
        retry_after: Duration,
    },
    /// The request cannot be written, as with a code of 64 KiB: nothing was sent.
    #[error("the request cannot be sent")]
    Unsendable(#[source] Cause),
    /// No connection came about: nothing was sent and a code is unspent.
    #[error("WeChat is unreachable")]
    Unreachable(#[source] Cause),
    /// Time ran out or the connection broke after the request may have gone out: what was asked
    /// may have happened, and a code may be spent.
    #[error("WeChat did not answer")]
    NoAnswer(#[source] Cause),
}

impl WxError {
    /// Whether the request certainly never left: only then may a code be tried again.
    #[must_use]
    pub fn nothing_was_sent(&self) -> bool {
        matches!(
            self,
            Self::Unreachable(_)
                | Self::Unsendable(_)
                | Self::Throttled { .. }
                | Self::CircuitOpen { .. }
        )
    }

    /// Whether WeChat, or the way to it, does not work: it may be better a moment later.
    pub(crate) fn is_outage(&self) -> bool {
        matches!(
            self,
            Self::Busy(_)
                | Self::Garbage(Garbage::Status(429 | 500..=599))
                | Self::Unreachable(_)
                | Self::NoAnswer(_)
        )
    }

    /// Whether this is how calls end every day, with nobody at fault: a refused code, key or user.
    pub(crate) fn is_ordinary(&self) -> bool {
        matches!(
            self,
            Self::CodeRejected(_)
                | Self::KeyStale(_)
                | Self::UserBlocked(_)
                | Self::TradeRejected(_)
        )
    }

    /// What WeChat said, if it refused in its own words.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::CodeRejected(refusal)
            | Self::KeyStale(refusal)
            | Self::TokenRejected(refusal)
            | Self::UserBlocked(refusal)
            | Self::TradeRejected(refusal)
            | Self::RateLimited { refusal, .. }
            | Self::Busy(refusal)
            | Self::Misconfigured(refusal)
            | Self::BadRequest(refusal)
            | Self::UnknownErrcode(refusal) => Some(refusal),
            Self::Garbage(_)
            | Self::Throttled { .. }
            | Self::CircuitOpen { .. }
            | Self::Unsendable(_)
            | Self::Unreachable(_)
            | Self::NoAnswer(_) => None,
        }
    }

    /// WeChat's errcode, if it gave one.
    #[must_use]
    pub fn errcode(&self) -> Option<i64> {
        self.refusal().map(|refusal| refusal.errcode)
    }

    /// What the caller can do about it.
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::CodeRejected(_) | Self::KeyStale(_) => Remedy::NewCode,
            Self::TokenRejected(_) => Remedy::NewToken,
            Self::UserBlocked(_) | Self::TradeRejected(_) => Remedy::RefuseUser,
            Self::RateLimited { quota, .. } => match quota {
                Quota::PerMinute => Remedy::NextMinute,
                Quota::PerDay | Quota::PerMonth => Remedy::StopCalling,
            },
            Self::Busy(_)
            | Self::Garbage(Garbage::Status(429 | 500..=599))
            | Self::Throttled { .. }
            | Self::CircuitOpen { .. }
            | Self::Unreachable(_)
            | Self::NoAnswer(_) => Remedy::TryLater,
            Self::Misconfigured(_) => Remedy::AlertOperator,
            Self::BadRequest(_) | Self::Unsendable(_) => Remedy::MendCaller,
            Self::UnknownErrcode(_) | Self::Garbage(_) => Remedy::Unknown,
        }
    }

    /// The variant in snake case, for metrics and spans.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::CodeRejected(_) => "code_rejected",
            Self::KeyStale(_) => "key_stale",
            Self::TokenRejected(_) => "token_rejected",
            Self::UserBlocked(_) => "user_blocked",
            Self::TradeRejected(_) => "trade_rejected",
            Self::RateLimited { .. } => "rate_limited",
            Self::Busy(_) => "busy",
            Self::Misconfigured(_) => "misconfigured",
            Self::BadRequest(_) => "bad_request",
            Self::UnknownErrcode(_) => "unknown_errcode",
            Self::Garbage(_) => "garbage",
            Self::Throttled { .. } => "throttled",
            Self::CircuitOpen { .. } => "circuit_open",
            Self::Unsendable(_) => "unsendable",
            Self::Unreachable(_) => "unreachable",
            Self::NoAnswer(_) => "no_answer",
        }
    }
}
