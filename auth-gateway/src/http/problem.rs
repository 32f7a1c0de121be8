//! Refusals as RFC 9457 problem documents.
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde::Serialize;
use service_kit::{ServiceError, code_of, http_status, outward, reason_of_status};
use utoipa::ToSchema;
use wx_proto::common::v1::ErrorReason;

use crate::error::GatewayError;

/// The media type of a problem document.
pub(super) const PROBLEM_JSON: &str = "application/problem+json";

/// Why a request was refused or failed (RFC 9457).
#[derive(Serialize, ToSchema)]
pub(super) struct Problem {
    /// `/problems/` and the code with dashes.
    #[serde(rename = "type")]
    #[schema(example = "/problems/session-expired")]
    kind: String,
    /// The code, in words.
    #[schema(example = "session expired")]
    title: String,
    /// The HTTP status, again.
    #[schema(example = 401)]
    status: u16,
    /// What is wrong with this request.
    #[schema(example = "the session has expired")]
    detail: String,
    /// From a closed list; the one field for programs to act upon.
    #[schema(example = "session_expired")]
    code: String,
    /// What to quote when asking the operator about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "4bf92f3577b34da6a3ce929d0e0e4736")]
    trace_id: Option<String>,
}

impl Problem {
    pub(super) fn new(reason: ErrorReason, detail: String) -> Self {
        let code = code_of(reason);
        Self {
            kind: format!("/problems/{}", code.replace('_', "-")),
            title: code.replace('_', " "),
            status: http_status(reason).as_u16(),
            detail,
            code,
            trace_id: telemetry::trace_id(),
        }
    }
}

impl IntoResponse for GatewayError {
    fn into_response(self) -> Response {
        let reason = self.reason();
        let status = http_status(reason);
        let mut response = (status, Json(Problem::new(reason, outward(&self)))).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, challenge(reason));
        }
        if asks_to_return(status) {
            headers.insert(RETRY_AFTER, HeaderValue::from(retry_seconds(&self)));
        }
        response
    }
}

/// RFC 6750 section 3. A proxy that drops the body of `/verify` passes this header on, and with it why
/// the session is over.
fn challenge(reason: ErrorReason) -> HeaderValue {
    if reason == ErrorReason::LoginCodeRejected {
        return HeaderValue::from_static("Bearer"); // no token was shown
    }
    let code = code_of(reason);
    let text = format!("Bearer error=\"invalid_token\", error_description=\"{code}\"");
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("Bearer"))
}

fn asks_to_return(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE
}

/// What the service said, or 1 to 3 seconds, so that clients do not all return at once.
fn retry_seconds(error: &GatewayError) -> u64 {
    let hint = error.retry_after().map(|wait| wait.as_secs().max(1));
    hint.unwrap_or_else(|| getrandom::u32().map_or(2, |random| u64::from(1 + random % 3)))
}

/// Turns a refusal that some layer made into a problem document; leaves everything else alone.
pub(super) fn spell(response: Response) -> Response {
    let status = response.status();
    let fine = !status.is_client_error() && !status.is_server_error();
    if fine || is_problem(&response) {
        return response;
    }
    let allow = response.headers().get(ALLOW).cloned();
    let mut problem = refusal(status).into_response();
    if let Some(allow) = allow {
        problem.headers_mut().insert(ALLOW, allow);
    }
    problem
}

fn is_problem(response: &Response) -> bool {
    response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind == PROBLEM_JSON)
}

fn refusal(status: StatusCode) -> GatewayError {
    match reason_of_status(status) {
        ErrorReason::NotFound => GatewayError::NotFound,
        ErrorReason::MethodNotAllowed => GatewayError::MethodNotAllowed,
        ErrorReason::PayloadTooLarge => GatewayError::TooLarge,
        ErrorReason::UnsupportedMediaType => GatewayError::NotJson,
        ErrorReason::Overloaded => GatewayError::Overloaded,
        ErrorReason::DeadlineExceeded => GatewayError::TooLate,
        _ if status.is_client_error() => GatewayError::Refused,
        _ => GatewayError::Failed,
    }
}
