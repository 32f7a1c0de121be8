//! The page and what belongs to it, as they are in `playground/`.
use axum::{
    extract::Path,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
    },
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

/// The page runs what came with it, and asks nobody else.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(RustEmbed)]
#[folder = "playground/"]
#[include = "index.html"]
#[include = "css/*"]
#[include = "js/*"]
#[include = "vendor/*"]
struct Files;

pub(super) async fn index() -> Response {
    found("index.html")
}

pub(super) async fn file(Path(path): Path<String>) -> Response {
    found(&path)
}

fn found(path: &str) -> Response {
    let Some(file) = Files::get(path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (CONTENT_TYPE, file.metadata.mimetype()),
        (CACHE_CONTROL, "no-cache"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, file.data.clone()).into_response()
}
