//! The layers around every route of a surface, and their order.
use std::{any::Any, sync::Arc, time::Duration};

use axum::{
    BoxError, Router,
    body::Body,
    error_handling::HandleErrorLayer,
    extract::MatchedPath,
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
};
use http::{
    Extensions, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS},
};
use serde::Deserialize;
use service_kit::Clock;
use telemetry::{HttpServer, ServerLayer};
use tower::{ServiceBuilder, limit::GlobalConcurrencyLimitLayer};
use tower_http::{
    catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer, timeout::TimeoutLayer,
};

use super::{request_id, strip::Stripper};
use crate::error::GatewayError;

/// What one process takes on. Each surface has these limits to itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes in a body.
    pub body_bytes: usize,
    /// Bytes in the body of open-data/decrypt, which carries ciphertext.
    pub open_data_bytes: usize,
    /// How long a body may take to arrive.
    #[serde(with = "humantime_serde")]
    pub body_timeout: Duration,
    /// How long a request may take in all.
    #[serde(with = "humantime_serde")]
    pub request_timeout: Duration,
    /// Requests in flight; more are refused, not queued.
    pub concurrent_requests: usize,
    /// Logins and questions for phone numbers in flight, out of these: while WeChat is slow they must
    /// not take every place.
    pub concurrent_logins: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 16 * 1024,
            open_data_bytes: 64 * 1024,
            body_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(10),
            concurrent_requests: 1024,
            concurrent_logins: 256,
        }
    }
}

/// One listener's way of treating requests.
pub(super) struct Surface {
    pub(super) observe: ServerLayer<HttpServer>,
    pub(super) strip: Stripper,
    pub(super) clock: Arc<dyn Clock>,
    /// Turns what inner layers answered into this surface's way of saying it.
    pub(super) spell: fn(Response) -> Response,
    pub(super) limits: Limits,
}

impl Surface {
    /// Puts the layers around `routes` and around the answer for unknown addresses.
    pub(super) fn around(self, routes: Router) -> Router {
        let (strip, spell, limits) = (self.strip, self.spell, self.limits);
        let layers = ServiceBuilder::new()
            // First of all: nothing below ever sees a header that only we may set.
            .map_request(move |request| strip.clean(request))
            // The span, the log line and the metrics: sees every answer, whoever made it.
            .layer(self.observe)
            // Inside the span, so that it can be named there; outside the rest, so that every
            // answer has it.
            .layer(from_fn_with_state(self.clock, request_id::stamp))
            .layer(header(CACHE_CONTROL, "no-store"))
            .layer(header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
            // Layers below answer in words of their own; here they become problem documents.
            .map_response(move |response: Response<_>| spell(response.map(Body::new)))
            // A panic ends one request, not the connection.
            .layer(CatchPanicLayer::custom(panicked))
            // Refuse rather than queue: the limit below says "not now", shedding says it aloud.
            .layer(HandleErrorLayer::new(shed))
            .load_shed()
            .layer(GlobalConcurrencyLimitLayer::new(limits.concurrent_requests))
            // Innermost: time spent, reading the body included.
            .layer(TimeoutLayer::with_status_code(
                StatusCode::GATEWAY_TIMEOUT,
                limits.request_timeout,
            ));
        routes.layer(layers)
    }
}

fn header(name: http::HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    GatewayError::Panicked.into_response()
}

pub(super) async fn shed(_: BoxError) -> GatewayError {
    GatewayError::Overloaded
}

/// How requests are named.
pub(super) const HTTP: HttpServer = HttpServer { route: template };

fn template(extensions: &Extensions) -> Option<String> {
    let matched = extensions.get::<MatchedPath>()?;
    Some(matched.as_str().to_owned())
}
