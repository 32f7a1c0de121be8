//! The admin port: `/livez`, `/readyz`, `/metrics`.
use axum::{Json, Router, extract::State, routing::get};
use http::{StatusCode, header::CONTENT_TYPE};
use serde_json::{Value, json};
use telemetry::Metrics;

use crate::Readiness;

/// What operators and orchestrators ask of a process.
///
/// * `/livez` answers 200 as long as the process runs, whatever its dependencies do.
/// * `/readyz` answers 200 or 503, which gates are open, and what an operator should mend.
/// * `/metrics` answers in the format that Prometheus scrapes.
pub fn router(metrics: Metrics, readiness: Readiness) -> Router {
    Router::new()
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(readyz).with_state(readiness))
        .route("/metrics", get(scrape).with_state(metrics))
}

async fn readyz(State(readiness): State<Readiness>) -> (StatusCode, Json<Value>) {
    let ready = readiness.ready();
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let mut body = json!({ "ready": ready, "gates": readiness.gates() });
    let complaints = readiness.complaints();
    if !complaints.is_empty() {
        body["complaints"] = json!(complaints);
    }
    (status, Json(body))
}

async fn scrape(State(metrics): State<Metrics>) -> ([(http::HeaderName, &'static str); 1], String) {
    let format = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, format)], metrics.encode())
}
