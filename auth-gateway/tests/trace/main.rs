//! Traces across the gateway: begun anew for strangers, continued for our own proxies.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(dead_code, reason = "the other test of this edge uses the rest")]

#[path = "../edge/script.rs"]
mod script;
#[path = "../edge/support.rs"]
mod support;

use axum::body::Body;
use http::Request;

use self::support::{Edge, plain, with_token};

const CALLER: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn from_caller(mut request: Request<Body>) -> Request<Body> {
    let parent = format!("00-{CALLER}-00f067aa0ba902b7-01").parse().unwrap();
    request.headers_mut().insert("traceparent", parent);
    request
}

/// The trace that session-service was asked in, last.
fn asked_in(edge: &Edge) -> String {
    let call = edge.script.calls().pop().unwrap();
    let parent = &call.metadata["traceparent"];
    parent.split('-').nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn strangers_start_traces_and_proxies_continue_them() {
    let _log = telemetry::init("auth-gateway", &telemetry::Config::default()).unwrap();
    let edge = Edge::start();

    let answer = edge
        .send(with_token(from_caller(plain("GET /v1/session"))))
        .await;
    assert_eq!(answer.status, 200);
    assert_ne!(asked_in(&edge), CALLER);

    let answer = edge
        .ask_inside(with_token(from_caller(plain("GET /verify"))))
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(asked_in(&edge), CALLER);

    for call in ["GET /v1/session", "GET /nowhere", "PATCH /v1/session"] {
        let refused = edge.send(plain(call)).await.json();
        let id = refused["trace_id"].as_str().expect(call);
        assert_eq!(id.len(), 32);
        assert_ne!(id, CALLER);
    }
}
