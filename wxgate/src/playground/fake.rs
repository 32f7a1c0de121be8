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
    let Some(address) = address(playground, rest) else {
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

/// Each part of the path is escaped anew: none can leave `/_fake/`.
fn address(playground: &Playground, rest: &str) -> Option<url::Url> {
    let mut url: url::Url = format!("http://{}/_fake", playground.fake).parse().ok()?;
    let parts = rest.split('/').filter(|part| !matches!(*part, "." | ".."));
    url.path_segments_mut().ok()?.extend(parts);
    Some(url)
}
