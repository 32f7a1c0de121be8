//! Answers in WeChat's manner: 200 and `text/plain`, whatever the body says.

use axum::{
    body::Body,
    http::{HeaderValue, header::CONTENT_TYPE},
    response::Response,
};

/// An answer of status 200 with `body` as it is.
pub(crate) fn plain(body: impl Into<Body>) -> Response {
    typed(body, HeaderValue::from_static("text/plain"))
}

/// An answer of status 200 with another content type.
pub(crate) fn typed(body: impl Into<Body>, content_type: HeaderValue) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
