//! The fake WeChat's control API, for a page that may only ask where it came from.
use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderValue, Method, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};

use serde_json::json;

use super::Playground;

/// No control call is larger.
pub(super) const BODY_BYTES: usize = 64 * 1024;

/// The same call to `/_fake/…`, and its answer.
pub(super) async fn pass_on(
    State(playground): State<Playground>,
    Path(rest): Path<String>,
    method: Method,
    body: Bytes,
) -> Response {
    match asked(&playground, &rest, method, body).await {
        Ok(answer) => answer,
        Err(error) => away(error),
    }
}

/// As the fake itself says what is wrong.
fn away(error: reqwest::Error) -> Response {
    let why = service_kit::causes(&error.without_url());
    let error = format!(
        "the fake WeChat of this wxgate does not answer ({why}); where wxgate was just started or ended, try again"
    );
    (StatusCode::BAD_GATEWAY, Json(json!({ "error": error }))).into_response()
}

async fn asked(
    playground: &Playground,
    rest: &str,
    method: Method,
    body: Bytes,
) -> reqwest::Result<Response> {
    let Some(address) = address(playground, rest).filter(|_| is_plain(rest)) else {
        let error = json!({ "error": "this is the name of no control call" });
        return Ok((StatusCode::BAD_REQUEST, Json(error)).into_response());
    };
    let request = playground.http.request(method, address);
    let request = request.header(CONTENT_TYPE, "application/json").body(body);
    let answer = request.send().await?;
    let (status, kind) = (answer.status(), answer.headers().get(CONTENT_TYPE).cloned());
    let body = Body::from(answer.bytes().await?);
    let mut passed = (status, body).into_response();
    let plain = HeaderValue::from_static("application/octet-stream");
    passed
        .headers_mut()
        .insert(CONTENT_TYPE, kind.unwrap_or(plain));
    Ok(passed)
}

/// What names a control call: nothing that a parser of addresses would drop, or take for the way out.
fn is_plain(rest: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    rest.split('/')
        .all(|part| !part.is_empty() && part.chars().all(plain))
}

/// Where the call goes.
fn address(playground: &Playground, rest: &str) -> Option<url::Url> {
    let mut url: url::Url = format!("http://{}/_fake", playground.fake).parse().ok()?;
    url.path_segments_mut().ok()?.extend(rest.split('/'));
    Some(url)
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use serde_json::Value;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::playground::{Outage, Sources};

    fn playground(fake: SocketAddr) -> Playground {
        let sources = Sources {
            feed: telemetry::SpanFeed::default(),
            outage: Outage::default(),
            fake,
            appid: "wx1".to_owned(),
            store: "memory",
            stopping: CancellationToken::new(),
        };
        Playground::new(sources).unwrap()
    }

    #[tokio::test]
    async fn a_fake_that_is_away_is_told_as_the_fake_tells_what_is_wrong() {
        let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let at = gone.local_addr().unwrap();
        drop(gone);
        let path = Path("login-code".to_owned());
        let answer = pass_on(State(playground(at)), path, Method::POST, Bytes::new()).await;
        assert_eq!(answer.status(), StatusCode::BAD_GATEWAY);
        let body = axum::body::to_bytes(answer.into_body(), BODY_BYTES).await;
        let body: Value = serde_json::from_slice(&body.unwrap()).unwrap();
        let error = body["error"].as_str().unwrap();
        assert!(error.contains("does not answer"), "{error}");
        assert!(!error.contains("127.0.0.1"), "{error}");
    }
}
