//! How each reason is spelt. Exhaustive on purpose: a new reason stops the build until it is here.
use http::StatusCode;
use tonic::Code;
use wx_proto::common::v1::ErrorReason as Reason;

/// How a reason is spelt in gRPC.
#[must_use]
pub const fn grpc_code(reason: Reason) -> Code {
    match reason {
        Reason::InvalidRequest | Reason::UnsupportedMediaType => Code::InvalidArgument,
        Reason::LoginCodeRejected
        | Reason::SessionInvalid
        | Reason::SessionExpired
        | Reason::SessionRevoked => Code::Unauthenticated,
        Reason::UserBlocked | Reason::PermissionDenied => Code::PermissionDenied,
        Reason::NotFound => Code::NotFound,
        Reason::MethodNotAllowed => Code::Unimplemented,
        Reason::DecryptFailed | Reason::PhoneCodeRejected | Reason::SessionKeyExpired => {
            Code::FailedPrecondition
        }
        Reason::DecryptBudgetExhausted | Reason::RateLimited | Reason::Overloaded => {
            Code::ResourceExhausted
        }
        Reason::PayloadTooLarge => Code::OutOfRange,
        Reason::WechatBadAnswer
        | Reason::WechatUnavailable
        | Reason::WechatMisconfigured
        | Reason::StoreUnavailable => Code::Unavailable,
        Reason::DeadlineExceeded => Code::DeadlineExceeded,
        Reason::Internal | Reason::Unspecified => Code::Internal,
    }
}

/// How a reason is spelt in HTTP.
#[must_use]
pub const fn http_status(reason: Reason) -> StatusCode {
    match reason {
        Reason::InvalidRequest => StatusCode::BAD_REQUEST,
        Reason::LoginCodeRejected
        | Reason::SessionInvalid
        | Reason::SessionExpired
        | Reason::SessionRevoked => StatusCode::UNAUTHORIZED,
        Reason::UserBlocked | Reason::PermissionDenied => StatusCode::FORBIDDEN,
        Reason::NotFound => StatusCode::NOT_FOUND,
        Reason::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Reason::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Reason::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Reason::DecryptFailed | Reason::PhoneCodeRejected | Reason::SessionKeyExpired => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Reason::DecryptBudgetExhausted | Reason::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Reason::WechatBadAnswer => StatusCode::BAD_GATEWAY,
        Reason::WechatUnavailable
        | Reason::WechatMisconfigured
        | Reason::StoreUnavailable
        | Reason::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
        Reason::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Reason::Internal | Reason::Unspecified => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The reason of a gRPC status that names none.
#[must_use]
pub const fn reason_of_code(code: Code) -> Reason {
    match code {
        Code::Cancelled | Code::DeadlineExceeded => Reason::DeadlineExceeded,
        Code::ResourceExhausted => Reason::Overloaded,
        Code::Unavailable => Reason::StoreUnavailable,
        Code::OutOfRange => Reason::PayloadTooLarge,
        _ => Reason::Internal,
    }
}

/// The reason of an HTTP refusal that some layer made without naming one.
#[must_use]
pub fn reason_of_status(status: StatusCode) -> Reason {
    match status {
        StatusCode::NOT_FOUND => Reason::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Reason::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Reason::PayloadTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Reason::UnsupportedMediaType,
        StatusCode::SERVICE_UNAVAILABLE => Reason::Overloaded,
        StatusCode::GATEWAY_TIMEOUT | StatusCode::REQUEST_TIMEOUT => Reason::DeadlineExceeded,
        _ if status.is_client_error() => Reason::InvalidRequest,
        _ => Reason::Internal,
    }
}

/// `SESSION_EXPIRED`: the name in `google.rpc.ErrorInfo`.
pub(crate) fn wire_name(reason: Reason) -> &'static str {
    reason.as_str_name().trim_start_matches("ERROR_REASON_")
}

/// `session_expired`: the name in problem documents, logs and metrics.
#[must_use]
pub fn code_of(reason: Reason) -> String {
    wire_name(reason).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = Reason> {
        (1..).map_while(|number| Reason::try_from(number).ok())
    }

    #[test]
    fn every_reason_has_both_spellings() {
        assert_eq!(all().count(), 23);
        for reason in all() {
            let (code, status) = (grpc_code(reason), http_status(reason));
            assert_ne!(code, Code::Ok, "{reason:?}");
            assert!(
                status.is_client_error() || status.is_server_error(),
                "{reason:?}"
            );
        }
    }

    #[test]
    fn only_tokens_and_codes_answer_401() {
        let unauthorized: Vec<_> = all()
            .filter(|&r| http_status(r) == StatusCode::UNAUTHORIZED)
            .map(code_of)
            .collect();
        assert_eq!(
            unauthorized,
            [
                "login_code_rejected",
                "session_invalid",
                "session_expired",
                "session_revoked"
            ]
        );
    }

    #[test]
    fn a_dead_service_is_never_a_dead_session() {
        for code in 1..=16 {
            let reason = reason_of_code(Code::from_i32(code));
            assert_ne!(http_status(reason), StatusCode::UNAUTHORIZED, "{code}");
        }
    }
}
