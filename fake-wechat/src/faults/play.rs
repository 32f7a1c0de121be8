//! A fault comes true.

use std::time::Duration;

use axum::{
    http::{HeaderValue, StatusCode, header::LOCATION},
    response::Response,
};

use super::{Effect, Fault, garbage::Garbage};
use crate::{
    api::{self, refusal::Refusal, request::ApiRequest},
    state::FakeWechat,
    wire::Wire,
};

/// Answers `request` as `fault` wants it.
///
/// The delay comes before the call is carried out, so that a caller who gives up in time keeps the
/// code; with `consume` it comes after.
pub(crate) async fn play(
    fault: Fault,
    fake: &FakeWechat,
    request: &ApiRequest,
    wire: Wire,
) -> Response {
    let (before, after) = if fault.consume {
        (Duration::ZERO, fault.delay)
    } else {
        (fault.delay, Duration::ZERO)
    };
    wire.pause(before).await;
    let answer = if fault.consume || fault.effect.needs_answer() {
        api::carry_out(fake, request)
    } else {
        Response::default()
    };
    wire.pause(after).await;
    match fault.effect {
        Effect::None => answer,
        Effect::Errcode(errcode) => api::refuse(fake, request, &Refusal::planned(errcode, request)),
        Effect::Page { status, garbage } => page(status, garbage, &request.path),
        Effect::Redirect(location) => redirect(location),
        Effect::Reset => wire.cut(),
        Effect::Hang => wire.hang().await,
        Effect::Twist(twist) => twist.apply(answer, wire).await,
    }
}

fn page(status: StatusCode, garbage: Garbage, path: &str) -> Response {
    let mut response = garbage.response(path);
    *response.status_mut() = status;
    response
}

fn redirect(location: HeaderValue) -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::FOUND;
    response.headers_mut().insert(LOCATION, location);
    response
}
