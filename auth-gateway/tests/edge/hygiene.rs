//! Headers that only we may set.
use axum::body::Body;
use http::{HeaderName, HeaderValue, Request};

use super::support::{Answer, Edge, plain, with_token};

const NAMES: [&str; 21] = [
    "x-wx-openid",
    "x-wx-appid",
    "x-wx-unionid",
    "x-wx-from-openid",
    "x-wx-from-appid",
    "x-wx-from-unionid",
    "x-wx-env",
    "x-wx-source",
    "x-wx-cloudbase-access-token",
    "x-wx-from-cloudbase-access-token",
    "x-wx-service",
    "x-wx-region",
    "x-wx-gateway-id",
    "x-wx-exclude-credentials",
    "x-wx-user-id",
    "x-wx-anything-to-come",
    "x-user-id",
    "x-session-id",
    "x-internal-role",
    "grpc-timeout",
    "grpc-metadata-openid",
];

/// Every spelling of every name, each with a value that no good answer contains.
fn forgeries() -> Vec<Vec<(HeaderName, HeaderValue)>> {
    let spellings = NAMES.iter().flat_map(|name| {
        [
            (*name).to_owned(),
            name.to_uppercase(),
            name.replace('-', "_"),
            name.replacen('-', "_", 1).to_uppercase(),
        ]
    });
    let forged = || HeaderValue::from_static("forged ");
    let named = |name: String| HeaderName::from_bytes(name.as_bytes()).unwrap();
    let mut all: Vec<_> = spellings
        .map(|name| vec![(named(name.clone()), forged()), (named(name), forged())])
        .collect();
    let odd = HeaderValue::from_bytes(b"forged \xff").unwrap();
    all.push(vec![(HeaderName::from_static("x-wx-openid"), odd)]);
    all
}

fn add(mut request: Request<Body>, forged: &[(HeaderName, HeaderValue)]) -> Request<Body> {
    for (name, value) in forged {
        request.headers_mut().append(name, value.clone());
    }
    request
}

/// What of an answer may not change. Only the request's id may.
fn essence(mut answer: Answer) -> String {
    answer.headers.remove("x-request-id");
    format!("{} {:?} {}", answer.status, answer.headers, answer.text)
}

#[tokio::test]
async fn forged_identity_never_changes_the_outcome_nor_travels() {
    let edge = Edge::start();
    let calls = [
        with_token(plain("GET /v1/session")),
        plain("GET /v1/session"),
        with_token(plain("GET /verify")),
        plain("GET /verify"),
    ];
    for call in calls {
        let inside = call.uri().path() == "/verify";
        let copy = || plain_copy(&call);
        let ask = async |request| {
            if inside {
                edge.ask_inside(request).await
            } else {
                edge.send(request).await
            }
        };
        let honest = essence(ask(copy()).await);
        for forged in forgeries() {
            let answer = essence(ask(add(copy(), &forged)).await);
            assert_eq!(answer, honest, "{forged:?}");
        }
    }
    for call in edge.script.calls() {
        let travelled = format!("{:?}", call.metadata);
        assert!(!travelled.contains("forged"), "{travelled}");
        assert!(!travelled.contains("x-wx"), "{travelled}");
    }
}

fn plain_copy(request: &Request<Body>) -> Request<Body> {
    let mut copy = Request::builder()
        .method(request.method())
        .uri(request.uri());
    if let Some(headers) = copy.headers_mut() {
        headers.clone_from(request.headers());
    }
    copy.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn stripped_headers_are_counted_per_surface() {
    let edge = Edge::start();
    for forged in forgeries() {
        edge.send(add(plain("GET /v1/session"), &forged)).await;
    }
    let metrics = edge.host.metrics.encode();
    let expected = NAMES.len() * 4 * 2 + 1;
    let line = format!("wxgate_gateway_headers_stripped_total{{surface=\"public\"}} {expected}");
    assert!(metrics.contains(&line), "{metrics}");
    assert!(
        metrics.contains("stripped_total{surface=\"internal\"} 0"),
        "{metrics}"
    );
}

#[tokio::test]
async fn every_request_gets_an_id_of_ours() {
    let edge = Edge::start();
    let mut request = with_token(plain("GET /v1/session"));
    let theirs = "01890a5d-ac96-774b-bcce-b302099a8057";
    request
        .headers_mut()
        .insert("x-request-id", theirs.parse().unwrap());
    let first = edge.send(request).await.header("x-request-id").to_owned();
    let second = edge.send(plain("GET /nowhere")).await;
    assert_ne!(first, theirs);
    assert_ne!(first, second.header("x-request-id"));
    assert_eq!(first.as_bytes()[14], b'7', "a UUIDv7: {first}");
}

#[tokio::test]
async fn each_metric_is_named_once() {
    let edge = Edge::start();
    edge.send(plain("GET /nowhere")).await;
    edge.ask_inside(plain("GET /verify")).await;
    let text = edge.host.metrics.encode();
    let mut names: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("# TYPE"))
        .collect();
    let all = names.len();
    names.dedup();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "{text}");
    assert!(
        text.contains(r#"route="GET (none)",outcome="404""#),
        "{text}"
    );
}
