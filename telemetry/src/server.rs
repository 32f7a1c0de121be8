//! The span, the access-log line and the metrics of every request that comes in.
//!
//! Put [`ServerLayer`] outermost, so that it sees every answer: panics, time-outs and refusals too.
use std::{
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use http::{HeaderMap, Request, Response};
use opentelemetry::trace::TraceContextExt;
use tower::{Layer, Service};
use tracing::{Instrument, Span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::{Metrics, context, metrics::LatencyFamily};

/// Whether a caller's trace goes on here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceStart {
    /// The caller is ours: this request is part of its trace.
    Continue,
    /// The caller is a stranger: start anew, and link what it claims.
    Anew,
}

/// How a protocol names its requests and outcomes.
pub trait Wire: Clone + Send + Sync + 'static {
    /// `http` or `rpc`: the start of its metrics' names.
    const PREFIX: &'static str;

    /// The request's place in a closed list: a route template, a method. Never the raw path.
    fn route<B>(&self, request: &Request<B>) -> String;

    /// The outcome as a label: an HTTP status, a gRPC code.
    fn outcome<B>(&self, response: &Response<B>) -> u16;

    /// Whether the outcome is this service's own fault.
    fn is_failure(&self, outcome: u16) -> bool;

    /// Whether the outcome says that the route does not exist: then its name is a stranger's text.
    fn is_unrouted(&self, outcome: u16) -> bool;
}

/// HTTP, with the function that finds a request's route template.
#[derive(Clone, Copy, Debug)]
pub struct HttpServer {
    /// Gives the template: `/v1/sessions/{id}`. Nothing: the path is unknown here.
    pub route: fn(&http::Extensions) -> Option<String>,
}

impl Wire for HttpServer {
    const PREFIX: &'static str = "http";

    fn route<B>(&self, request: &Request<B>) -> String {
        let route = (self.route)(request.extensions());
        let method = known_method(request.method());
        format!("{method} {}", route.as_deref().unwrap_or("(none)"))
    }

    fn outcome<B>(&self, response: &Response<B>) -> u16 {
        response.status().as_u16()
    }

    fn is_failure(&self, outcome: u16) -> bool {
        outcome >= 500
    }

    fn is_unrouted(&self, _outcome: u16) -> bool {
        false // the route is a template of ours, or "(none)"
    }
}

fn known_method(method: &http::Method) -> &str {
    match method.as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "OPTIONS") => known,
        _ => "_OTHER",
    }
}

/// gRPC: the route is the path, the outcome is `grpc-status`.
#[derive(Clone, Copy, Debug, Default)]
pub struct GrpcServer;

impl Wire for GrpcServer {
    const PREFIX: &'static str = "rpc";

    fn route<B>(&self, request: &Request<B>) -> String {
        request.uri().path().trim_start_matches('/').to_owned()
    }

    fn outcome<B>(&self, response: &Response<B>) -> u16 {
        grpc_code(response.headers())
    }

    fn is_failure(&self, outcome: u16) -> bool {
        // UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS
        matches!(outcome, 2 | 4 | 12 | 13 | 14 | 15)
    }

    fn is_unrouted(&self, outcome: u16) -> bool {
        outcome == 12 // UNIMPLEMENTED
    }
}

/// The code of a unary answer: errors carry it in the headers, success in the trailers.
pub(crate) fn grpc_code(headers: &HeaderMap) -> u16 {
    let status = headers
        .get("grpc-status")
        .and_then(|value| value.to_str().ok());
    status.map_or(0, |code| code.parse().unwrap_or(2))
}

/// Observes every request: one span, one log line, one count, one duration.
#[derive(Clone)]
pub struct ServerLayer<W> {
    wire: W,
    start: TraceStart,
    requests: LatencyFamily,
}

impl<W: Wire> ServerLayer<W> {
    /// Observes `wire` into `metrics`, as `wxgate_<prefix>_server_duration_seconds`.
    pub fn new(wire: W, start: TraceStart, metrics: &Metrics) -> Self {
        let name = format!("{}_server_duration_seconds", W::PREFIX);
        let requests = metrics.latencies(&name, "Duration of requests by route and outcome");
        Self {
            wire,
            start,
            requests,
        }
    }
}

impl<W: Clone, S> Layer<S> for ServerLayer<W> {
    type Service = Server<W, S>;

    fn layer(&self, inner: S) -> Server<W, S> {
        Server {
            layer: self.clone(),
            inner,
        }
    }
}

/// The service [`ServerLayer`] makes.
#[derive(Clone)]
pub struct Server<W, S> {
    layer: ServerLayer<W>,
    inner: S,
}

impl<W, S, B, R> Service<Request<B>> for Server<W, S>
where
    W: Wire,
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
    S::Error: Send,
    R: Send,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let layer = self.layer.clone();
        let route = layer.wire.route(&request);
        let span = span(&route, layer.start, request.headers());
        let started = Instant::now();
        let answer = self.inner.call(request).instrument(span.clone());
        Box::pin(async move {
            let mut unanswered = Unanswered(Some(Seen {
                layer,
                route,
                span,
                started,
            }));
            let answer = answer.await;
            if let (Some(seen), Ok(response)) = (unanswered.0.take(), &answer) {
                seen.answered(response);
            }
            answer
        })
    }
}

fn span(route: &str, start: TraceStart, headers: &HeaderMap) -> Span {
    let span = tracing::info_span!(
        "request",
        otel.name = route,
        otel.kind = "server",
        otel.status_code = Empty,
        trace_id = Empty,
        request_id = Empty,
        outcome = Empty,
    );
    let caller = context::extract(headers);
    match start {
        TraceStart::Continue => {
            // Fails only without an OpenTelemetry layer; then there is nothing to continue.
            let _ = span.set_parent(caller);
        }
        TraceStart::Anew => span.add_link(caller.span().span_context().clone()),
    }
    if let Some(id) = context::trace_id_of(&span) {
        span.record("trace_id", id);
    }
    span
}

/// A request on its way.
struct Seen<W> {
    layer: ServerLayer<W>,
    route: String,
    span: Span,
    started: Instant,
}

impl<W: Wire> Seen<W> {
    fn answered<R>(mut self, response: &Response<R>) {
        let outcome = self.layer.wire.outcome(response);
        if self.layer.wire.is_unrouted(outcome) {
            "(none)".clone_into(&mut self.route);
        }
        self.span.record("outcome", outcome);
        if self.layer.wire.is_failure(outcome) {
            self.span.record("otel.status_code", "ERROR");
        }
        self.finish(&outcome.to_string());
    }

    fn finish(self, outcome: &str) {
        let elapsed = self.started.elapsed();
        let labels = vec![
            ("route", self.route.clone()),
            ("outcome", outcome.to_owned()),
        ];
        self.layer
            .requests
            .get_or_create(&labels)
            .observe(elapsed.as_secs_f64());
        self.span.in_scope(|| {
            tracing::info!(
                route = self.route,
                outcome,
                duration_ms = millis(elapsed),
                "answered"
            );
        });
    }
}

fn millis(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}

/// Counts a request whose caller went away before the answer.
struct Unanswered<W: Wire>(Option<Seen<W>>);

impl<W: Wire> Drop for Unanswered<W> {
    fn drop(&mut self) {
        if let Some(seen) = self.0.take() {
            seen.finish("abandoned");
        }
    }
}
