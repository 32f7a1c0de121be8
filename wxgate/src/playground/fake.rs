//! The fake WeChat's control API, for a page that may only ask where it came from.
use axum::{
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderValue, Method, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};

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
        Err(error) => {
            let error = error.without_url();
            (StatusCode::BAD_GATEWAY, error.to_string()).into_response()
        }
    }
}

async fn asked(
    playground: &Playground,
    rest: &str,
    method: Method,
    body: Bytes,
) -> reqwest::Result<Response> {
    let Some(address) = address(playground, rest).filter(|_| is_plain(rest)) else {
        return Ok(StatusCode::BAD_REQUEST.into_response());
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
