//! One vocabulary of failures, and its two spellings: gRPC and HTTP.
mod remote;
mod table;

pub use self::{
    remote::RemoteError,
    table::{code_of, grpc_code, http_status, reason_of_code, reason_of_status},
};

use std::collections::HashMap;

use tonic::Status;
use tonic_types::{ErrorDetails, StatusExt};
use wx_proto::common::v1::ErrorReason;

/// The `domain` of our `google.rpc.ErrorInfo`.
pub(crate) const DOMAIN: &str = "wxgate";

/// Where a retry hint travels in `ErrorInfo.metadata`: whole seconds.
pub(crate) const RETRY_AFTER: &str = "retry_after";

/// An error that may leave a service.
pub trait ServiceError: std::error::Error + 'static {
    /// The stable reason a caller may act upon.
    fn reason(&self) -> ErrorReason;

    /// Whether another service has logged it: then it is not logged again here.
    fn is_logged(&self) -> bool {
        false
    }

    /// When asking again makes sense, where we know.
    fn retry_after(&self) -> Option<std::time::Duration> {
        None
    }
}

/// An error and what lies beneath it, in one line: every log format shows it alike.
#[must_use]
pub fn causes(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut beneath = error.source();
    while let Some(cause) = beneath {
        let text = cause.to_string();
        if !line.ends_with(&text) {
            line = format!("{line}: {text}");
        }
        beneath = cause.source();
    }
    line
}

/// What the caller may be told; what it may not is logged here, once.
///
/// Our own faults (5xx) are logged with their chain of causes, and answered without it.
pub fn outward(error: &impl ServiceError) -> String {
    let reason = error.reason();
    let status = http_status(reason);
    if !status.is_server_error() {
        return error.to_string();
    }
    let (error_line, reason) = (causes(error), code_of(reason));
    if error.is_logged() {
        tracing::debug!(error = error_line, reason, "request failed");
    } else if status == http::StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(error = error_line, reason, "request failed");
    } else {
        tracing::warn!(error = error_line, reason, "request failed");
    }
    status.canonical_reason().unwrap_or("error").to_lowercase()
}

/// Turns a service's error into its wire form: a status with `google.rpc.ErrorInfo`.
pub fn to_status(error: &impl ServiceError) -> Status {
    let reason = error.reason();
    let metadata = error
        .retry_after()
        .map(|wait| HashMap::from([(RETRY_AFTER.to_owned(), wait.as_secs().max(1).to_string())]))
        .unwrap_or_default();
    let details = ErrorDetails::with_error_info(table::wire_name(reason), DOMAIN, metadata);
    Status::with_error_details(grpc_code(reason), outward(error), details)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the session has expired")]
    struct Expired;

    impl ServiceError for Expired {
        fn reason(&self) -> ErrorReason {
            ErrorReason::SessionExpired
        }
    }

    #[derive(Debug, thiserror::Error)]
    #[error("redis at 10.0.0.7 refused")]
    struct Away;

    impl ServiceError for Away {
        fn reason(&self) -> ErrorReason {
            ErrorReason::StoreUnavailable
        }

        fn retry_after(&self) -> Option<std::time::Duration> {
            Some(std::time::Duration::from_secs(2))
        }
    }

    #[test]
    fn a_reason_survives_the_wire() {
        let status = to_status(&Expired);
        assert_eq!(status.code(), tonic::Code::Unauthenticated);
        assert_eq!(status.message(), "the session has expired");
        assert_eq!(
            RemoteError::from(status).reason,
            ErrorReason::SessionExpired
        );
    }

    #[test]
    fn a_line_of_the_log_tells_every_cause_once() {
        let io = std::io::Error::other("disk full");
        let error = anyhow::Error::from(io)
            .context("writing")
            .context("the database failed");
        let line = causes(error.as_ref());
        assert_eq!(line, "the database failed: writing: disk full");
    }

    #[test]
    fn our_own_faults_keep_their_cause_inside() {
        let status = to_status(&Away);
        assert_eq!(status.message(), "service unavailable");
        let remote = RemoteError::from(status);
        assert_eq!(remote.retry_after, Some(std::time::Duration::from_secs(2)));
    }
}
