//! A failure that another service reported.
use std::{error::Error, time::Duration};

use tonic::{Code, Status, TimeoutExpired};
use tonic_types::StatusExt;
use wx_proto::common::v1::ErrorReason;

use super::{DOMAIN, RETRY_AFTER, ServiceError, table};

/// A failure that another service reported, or the lack of an answer from it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct RemoteError {
    /// The reason the other service gave, or the one its code stands for.
    pub reason: ErrorReason,
    /// What it said about it.
    pub message: String,
    /// When it would like to be asked again.
    pub retry_after: Option<Duration>,
    /// Whether the other service answered, and so logged what it had to.
    pub answered: bool,
}

impl ServiceError for RemoteError {
    fn reason(&self) -> ErrorReason {
        self.reason
    }

    fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    fn is_logged(&self) -> bool {
        self.answered
    }
}

/// What broke on the way, when no answer came: a status with a cause was made on this side.
///
/// The service is away then, unless our own deadline was first.
fn unanswered(status: &Status) -> Option<ErrorReason> {
    let mut cause = status.source();
    cause?;
    while let Some(error) = cause {
        if error.is::<TimeoutExpired>() {
            return Some(ErrorReason::DeadlineExceeded);
        }
        cause = error.source();
    }
    Some(match status.code() {
        Code::DeadlineExceeded => ErrorReason::DeadlineExceeded,
        _ => ErrorReason::StoreUnavailable,
    })
}

impl From<Status> for RemoteError {
    fn from(status: Status) -> Self {
        let info = status
            .get_details_error_info()
            .filter(|info| info.domain == DOMAIN);
        let named = info
            .as_ref()
            .and_then(|info| ErrorReason::from_str_name(&format!("ERROR_REASON_{}", info.reason)));
        let retry_after = info
            .and_then(|info| info.metadata.get(RETRY_AFTER)?.parse().ok())
            .map(Duration::from_secs);
        Self {
            answered: named.is_some(),
            reason: named
                .or_else(|| unanswered(&status))
                .unwrap_or_else(|| table::reason_of_code(status.code())),
            message: status.message().to_owned(),
            retry_after,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_transport_failure_is_an_absent_store() {
        let remote = RemoteError::from(Status::unavailable("gone"));
        assert_eq!(remote.reason, ErrorReason::StoreUnavailable);
    }

    #[test]
    fn an_expired_deadline_is_told_from_a_broken_connection() {
        let reason = |status| RemoteError::from(status).reason;
        let expired = Status::from_error(Box::new(TimeoutExpired(())));
        assert_eq!(reason(expired), ErrorReason::DeadlineExceeded);
        let broken = Status::from_error("transport error".into());
        assert_eq!(reason(broken), ErrorReason::StoreUnavailable);
        let sent = Status::unknown("what the service said");
        assert_eq!(reason(sent), ErrorReason::Internal);
    }

    #[test]
    fn a_strangers_error_info_is_not_believed() {
        use tonic_types::ErrorDetails;
        let details = ErrorDetails::with_error_info("SESSION_REVOKED", "elsewhere", []);
        let status = Status::with_error_details(tonic::Code::Internal, "x", details);
        assert_eq!(RemoteError::from(status).reason, ErrorReason::Internal);
    }
}
