//! What this service answers instead of a result.
use service_kit::ServiceError;
use wx_proto::common::v1::ErrorReason;

use crate::domain::{Malformed, Rejected};

/// Why a call has no result.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CryptoError {
    /// The caller is at fault.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// No key of the ring fits. One text for every cause: telling them apart is a padding oracle.
    #[error("the data fits no key of this user")]
    Refused(#[from] Rejected),
    /// A nonce cannot be made.
    #[error("the operating system gives no randomness")]
    NoRandomness(#[from] getrandom::Error),
}

impl ServiceError for CryptoError {
    fn reason(&self) -> ErrorReason {
        match self {
            Self::Malformed(_) => ErrorReason::InvalidRequest,
            Self::Refused(_) => ErrorReason::DecryptFailed,
            Self::NoRandomness(_) => ErrorReason::Internal,
        }
    }
}
