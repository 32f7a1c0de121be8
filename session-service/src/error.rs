//! Every way a call to this service can end badly.
use std::time::Duration;

use service_kit::ServiceError;
use wx_client::{Garbage, Quota, Refusal, WxError};
use wx_proto::common::v1::ErrorReason;

use crate::{
    domain::{BudgetSpent, Forged, Malformed, Misshapen},
    ports::CryptoError,
    store::StoreError,
};

/// When a store that is away may be back.
const STORE_PAUSE: Duration = Duration::from_secs(2);
/// WeChat's limits per minute end with the minute.
const MINUTE: Duration = Duration::from_mins(1);
/// WeChat's limits per day are not worth asking about sooner than this.
const HOUR: Duration = Duration::from_hours(1);

/// Why a call was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The caller sent something that cannot be right.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// No such app is configured.
    #[error("appid is not served here")]
    UnknownApp,
    /// The login code was used here before.
    #[error("the code was used; call wx.login again")]
    CodeUsed,
    /// The same client sent the same code before, and this is what became of it.
    #[error("an earlier login with this code was refused")]
    RefusedBefore(ErrorReason),
    /// The first call about the same thing takes too long.
    #[error("an earlier call about the same is still under way")]
    StillUnderWay,
    /// Not a token of ours.
    #[error(transparent)]
    Forged(#[from] Forged),
    /// A genuine token whose time is over, or whose record is gone.
    #[error("the session has expired")]
    Expired,
    /// A genuine token that was logged out, kicked or reused.
    #[error("the session was ended")]
    Revoked,
    /// The user was logged out everywhere, or erased, while this login was under way.
    #[error("the user was logged out meanwhile; call wx.login again")]
    Overtaken,
    /// An operator keeps the user out.
    #[error("the user is blocked")]
    Blocked,
    /// The user has no such session.
    #[error("there is no such session of yours")]
    NoSuchSession,
    /// There is no such user.
    #[error("there is no such user")]
    NoSuchUser,
    /// The data cannot be WeChat's.
    #[error("the data does not open; call wx.login and fetch it again")]
    Misshapen(#[from] Misshapen),
    /// Too many attempts to decrypt failed.
    #[error(transparent)]
    BudgetSpent(#[from] BudgetSpent),
    /// WeChat refused, or did not answer.
    #[error(transparent)]
    WeChat(#[from] WxError),
    /// WeChat refused the code of the phone-number button.
    #[error("WeChat rejected the phone code; the user must press the button again")]
    PhoneCodeRejected(#[source] Refusal),
    /// WeChat does not take the key for the user's any more.
    #[error("WeChat no longer knows the session_key; call wx.login")]
    KeyStale(#[source] Refusal),
    /// No key is known of the user.
    #[error("no session_key is known of the user")]
    NoSuchKey,
    /// Somebody else asked WeChat for an `access_token` a moment ago, and this is what became of it.
    #[error("WeChat gave no access_token a moment ago")]
    NoTokenBefore(ErrorReason),
    /// WeChat gives the very `access_token` that it has refused.
    #[error("WeChat gives the access_token again that it refused")]
    SameToken,
    /// crypto-service signed nothing of the right form.
    #[error("crypto-service's signature is none")]
    NoSignature,
    /// crypto-service refused, or did not answer.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// A store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log of revocations was not read for too long: nobody here knows who was logged out.
    #[error("the log of revocations was not read for too long")]
    Uninformed,
    /// The token key that a session needs is not in the ring.
    #[error("token key {0} is not in the ring")]
    KeyGone(u8),
    /// A task of ours ended before its time.
    #[error("a task of ours ended before its time")]
    TaskLost(#[from] tokio::task::JoinError),
}

impl SessionError {
    /// The refusal whose reason has this number.
    pub(crate) fn refused_before(reason: i32) -> Self {
        Self::RefusedBefore(ErrorReason::try_from(reason).unwrap_or(ErrorReason::Internal))
    }

    /// The failed wish for a token whose reason has this number.
    pub(crate) fn no_token_before(reason: i32) -> Self {
        Self::NoTokenBefore(ErrorReason::try_from(reason).unwrap_or(ErrorReason::Internal))
    }
}

impl ServiceError for SessionError {
    fn reason(&self) -> ErrorReason {
        match self {
            Self::Malformed(_) | Self::UnknownApp => ErrorReason::InvalidRequest,
            Self::CodeUsed | Self::Overtaken => ErrorReason::LoginCodeRejected,
            Self::RefusedBefore(reason) | Self::NoTokenBefore(reason) => *reason,
            Self::StillUnderWay => ErrorReason::DeadlineExceeded,
            Self::Forged(_) => ErrorReason::SessionInvalid,
            Self::Expired => ErrorReason::SessionExpired,
            Self::Revoked => ErrorReason::SessionRevoked,
            Self::Blocked => ErrorReason::UserBlocked,
            Self::NoSuchSession | Self::NoSuchUser | Self::NoSuchKey => ErrorReason::NotFound,
            Self::Misshapen(_) | Self::Crypto(CryptoError::DoesNotOpen) => {
                ErrorReason::DecryptFailed
            }
            Self::PhoneCodeRejected(_) => ErrorReason::PhoneCodeRejected,
            Self::KeyStale(_) => ErrorReason::SessionKeyExpired,
            Self::SameToken => ErrorReason::WechatUnavailable,
            Self::BudgetSpent(_) => ErrorReason::DecryptBudgetExhausted,
            Self::WeChat(error) => wechat_reason(error),
            Self::Crypto(CryptoError::Away(remote)) => crypto_reason(remote.reason),
            Self::Store(_) | Self::Uninformed => ErrorReason::StoreUnavailable,
            Self::KeyGone(_) | Self::TaskLost(_) | Self::NoSignature => ErrorReason::Internal,
        }
    }

    fn is_logged(&self) -> bool {
        matches!(self, Self::Crypto(CryptoError::Away(remote)) if remote.is_logged())
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::BudgetSpent(spent) => Some(spent.retry_after),
            Self::RefusedBefore(ErrorReason::RateLimited)
            | Self::NoTokenBefore(ErrorReason::RateLimited)
            | Self::WeChat(WxError::RateLimited {
                quota: Quota::PerMinute,
                ..
            }) => Some(MINUTE),
            Self::WeChat(WxError::RateLimited {
                quota: Quota::PerDay,
                ..
            }) => Some(HOUR),
            Self::WeChat(
                WxError::Throttled { retry_after } | WxError::CircuitOpen { retry_after },
            ) => Some(*retry_after),
            Self::Store(_) | Self::Uninformed => Some(STORE_PAUSE),
            _ => None,
        }
    }
}

fn wechat_reason(error: &WxError) -> ErrorReason {
    match error {
        WxError::CodeRejected(_) | WxError::KeyStale(_) => ErrorReason::LoginCodeRejected,
        WxError::UserBlocked(_) => ErrorReason::UserBlocked,
        WxError::RateLimited { .. } | WxError::Throttled { .. } => ErrorReason::RateLimited,
        WxError::Busy(_)
        | WxError::TokenRejected(_)
        | WxError::CircuitOpen { .. }
        | WxError::Unreachable(_)
        | WxError::NoAnswer(_)
        // A gateway in front of WeChat is at fault, not what WeChat says.
        | WxError::Garbage(Garbage::Status(429 | 500..=599)) => ErrorReason::WechatUnavailable,
        WxError::Misconfigured(_) => ErrorReason::WechatMisconfigured,
        WxError::UnknownErrcode(_) | WxError::TradeRejected(_) | WxError::Garbage(_) => {
            ErrorReason::WechatBadAnswer
        }
        WxError::BadRequest(_) | WxError::Unsendable(_) => ErrorReason::Internal,
    }
}

/// Whatever ails crypto-service, the user's session is not at fault.
fn crypto_reason(reason: ErrorReason) -> ErrorReason {
    match reason {
        ErrorReason::Overloaded => reason,
        ErrorReason::StoreUnavailable | ErrorReason::DeadlineExceeded => {
            ErrorReason::StoreUnavailable
        }
        _ => ErrorReason::Internal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_database_says_why_to_the_log() {
        let error = SessionError::from(StoreError::from(sqlx::Error::PoolTimedOut));
        let chain = format!("{:#}", anyhow::Error::from(error));
        assert!(chain.contains("timed out"), "{chain}");
    }
}
