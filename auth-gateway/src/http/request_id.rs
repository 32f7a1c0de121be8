//! A name for each request, ours alone.
use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue};
use service_kit::{Clock, Timestamp};
use uuid::{NoContext, Uuid};

const NAME: HeaderName = HeaderName::from_static("x-request-id");

/// Names the request in its span and on its answer. What the caller calls it does not matter.
pub(super) async fn stamp(
    State(clock): State<Arc<dyn Clock>>,
    request: Request,
    next: Next,
) -> Response {
    let id = fresh(clock.now()).to_string();
    tracing::Span::current().record("request_id", &id);
    let mut response = next.run(request).await;
    let value = HeaderValue::try_from(id).expect("a UUID is a header value");
    response.headers_mut().insert(NAME, value);
    response
}

fn fresh(now: Timestamp) -> Uuid {
    let nanos = u32::try_from(now.unix_millis() % 1000).map_or(0, |millis| millis * 1_000_000);
    Uuid::new_v7(uuid::Timestamp::from_unix(
        NoContext,
        now.unix_seconds(),
        nanos,
    ))
}
