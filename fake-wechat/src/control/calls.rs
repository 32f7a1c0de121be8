//! `GET /_fake/calls` and `DELETE /_fake/calls`.

use axum::{Json, extract::State, http::StatusCode};

use crate::state::{FakeWechat, calls::Call};

pub(super) async fn list(State(fake): State<FakeWechat>) -> Json<Vec<Call>> {
    Json(fake.world().calls.list())
}

pub(super) async fn clear(State(fake): State<FakeWechat>) -> StatusCode {
    fake.world().calls.clear();
    StatusCode::NO_CONTENT
}
