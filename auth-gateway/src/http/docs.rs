//! `/openapi.json` and `/docs`. Nothing on these pages is loaded from elsewhere.
use axum::{Json, Router, routing::get};
use http::{HeaderValue, header::CONTENT_SECURITY_POLICY};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Swagger UI sets styles in place and draws its icons from data: addresses.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The description of the API, and a page to browse it.
pub(super) fn routes(api: OpenApi) -> Router {
    // "none" switches off the badge of an online validator, which would be asked about this API.
    let config = Config::from("/openapi.json")
        .validator_url("none")
        .default_models_expand_depth(0);
    let policy = HeaderValue::from_static(POLICY);
    Router::from(SwaggerUi::new("/docs").config(config))
        .layer(SetResponseHeaderLayer::overriding(
            CONTENT_SECURITY_POLICY,
            policy,
        ))
        .route("/openapi.json", get(async move || Json(api)))
}
