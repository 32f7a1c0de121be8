//! What can go wrong here.
use std::time::Duration;

use service_kit::{RemoteError, ServiceError};
use wx_proto::common::v1::ErrorReason;

/// Why the gateway refused a request, or could not answer it.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// There is no token, or none that we ever signed: the same answer for all of them.
    #[error("a valid session token is needed: Authorization: Bearer <session_rd>")]
    NotAToken,
    /// The body is not what this call takes.
    #[error("{0}")]
    BadBody(String),
    /// The body did not arrive whole.
    #[error("the body ended early")]
    BrokenBody,
    /// The body is too large.
    #[error("the body is larger than this call takes")]
    TooLarge,
    /// The body is not JSON by its own account.
    #[error("the content-type must be application/json")]
    NotJson,
    /// The body is compressed.
    #[error("a body with a content-encoding is not taken")]
    Encoded,
    /// The body, or the answer, took too long.
    #[error("the time for this request is over")]
    TooLate,
    /// More requests at a time than this process takes on.
    #[error("too many requests are being served")]
    Overloaded,
    /// There is nothing at this address.
    #[error("there is nothing at this address")]
    NotFound,
    /// The address does not answer to this method.
    #[error("this address does not answer to this method")]
    MethodNotAllowed,
    /// The session is alive, but its user is gone or may not pass.
    #[error("the session is over for this user")]
    UserGone,
    /// The answer cannot be put into HTTP.
    #[error("the answer's {0} cannot be spelt")]
    Unspeakable(&'static str),
    /// A handler panicked; the panic itself was reported where it happened.
    #[error("a handler panicked")]
    Panicked,
    /// A layer refused without saying more.
    #[error("the request was refused")]
    Refused,
    /// Something went wrong that nobody named.
    #[error("the request failed")]
    Failed,
    /// A proxy asked who is calling, and we do not know.
    #[error("cannot tell who is calling")]
    CannotTell(#[source] Option<Box<GatewayError>>),
    /// session-service refused or did not answer.
    #[error(transparent)]
    Remote(RemoteError),
}

impl From<RemoteError> for GatewayError {
    fn from(remote: RemoteError) -> Self {
        match remote.reason {
            ErrorReason::SessionInvalid => Self::NotAToken,
            _ => Self::Remote(remote),
        }
    }
}

impl ServiceError for GatewayError {
    fn reason(&self) -> ErrorReason {
        match self {
            Self::NotAToken => ErrorReason::SessionInvalid,
            Self::BadBody(_) | Self::BrokenBody | Self::Refused => ErrorReason::InvalidRequest,
            Self::TooLarge => ErrorReason::PayloadTooLarge,
            Self::NotJson | Self::Encoded => ErrorReason::UnsupportedMediaType,
            Self::TooLate => ErrorReason::DeadlineExceeded,
            Self::Overloaded => ErrorReason::Overloaded,
            Self::CannotTell(_) => ErrorReason::StoreUnavailable,
            Self::NotFound => ErrorReason::NotFound,
            Self::MethodNotAllowed => ErrorReason::MethodNotAllowed,
            Self::UserGone => ErrorReason::SessionRevoked,
            Self::Unspeakable(_) | Self::Panicked | Self::Failed => ErrorReason::Internal,
            Self::Remote(remote) => match remote.reason {
                ErrorReason::Unspecified => ErrorReason::Internal,
                named => named,
            },
        }
    }

    fn is_logged(&self) -> bool {
        matches!(self, Self::Remote(remote) if remote.is_logged())
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Remote(remote) => remote.retry_after,
            _ => None,
        }
    }
}
