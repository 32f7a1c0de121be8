//! Headers that only we may set are dropped from what others send.
use std::sync::Arc;

use axum::extract::Request;
use http::{HeaderMap, HeaderName};
use prometheus_client::metrics::{counter::Counter, family::Family};
use telemetry::Metrics;

/// Names that say who is calling, or steer our own calls. Some servers read `_` as `-`.
const OURS: [&str; 5] = ["x-wx-", "x-user-id", "x-session-", "x-internal-", "grpc-"];

/// Counts what is dropped, for all surfaces.
pub(super) struct Strip(Family<Vec<(&'static str, String)>, Counter>);

impl Strip {
    pub(super) fn new(metrics: &Metrics) -> Self {
        Self(metrics.counter(
            "gateway_headers_stripped",
            "Headers that only wxgate may set, dropped from requests",
        ))
    }

    /// The stripper of one surface.
    pub(super) fn at(&self, surface: &str) -> Stripper {
        let labels = vec![("surface", surface.to_owned())];
        Stripper(Arc::new(self.0.get_or_create(&labels).clone()))
    }
}

/// Drops such headers on one surface.
#[derive(Clone)]
pub(super) struct Stripper(Arc<Counter>);

impl Stripper {
    pub(super) fn clean(&self, mut request: Request) -> Request {
        let dropped = drop_ours(request.headers_mut());
        self.0.inc_by(dropped);
        request
    }
}

fn drop_ours(headers: &mut HeaderMap) -> u64 {
    let names: Vec<HeaderName> = headers
        .keys()
        .filter(|name| is_ours(name))
        .cloned()
        .collect();
    let before = headers.len();
    for name in names {
        headers.remove(name);
    }
    u64::try_from(before - headers.len()).unwrap_or(u64::MAX)
}

fn is_ours(name: &HeaderName) -> bool {
    let name = name.as_str().replace('_', "-");
    OURS.iter().any(|ours| name.starts_with(ours))
}
