//! `/verify`, on the internal port: a proxy asks who is calling.
//!
//! It answers 200 (with identity headers), 401, or 503 when it cannot tell. Proxies know what to do
//! with these; nginx makes a 500 of most others. So a user who is blocked is a 401 here, as is every
//! session that is not alive, and whatever else goes wrong is a 503.
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use service_kit::{ServiceError, http_status};
use wx_proto::common::v1::ErrorReason;

use super::{Gateway, bearer::Bearer, problem};
use crate::{error::GatewayError, ports::Identity};

/// Every identity header that WeChat Cloud Run or a client of it sends, and our own.
///
/// A proxy that copies the whole answer thereby wipes what the client sent under these names.
const IDENTITY_HEADERS: [&str; 15] = [
    "x-wx-appid",
    "x-wx-cloudbase-access-token",
    "x-wx-env",
    "x-wx-exclude-credentials",
    "x-wx-from-appid",
    "x-wx-from-cloudbase-access-token",
    "x-wx-from-openid",
    "x-wx-from-unionid",
    "x-wx-gateway-id",
    "x-wx-openid",
    "x-wx-region",
    "x-wx-service",
    "x-wx-source",
    "x-wx-unionid",
    "x-wx-user-id",
];

/// Who is calling? Any method, since proxies repeat the client's; the body is not looked at.
pub(super) async fn verify(
    State(gateway): State<Gateway>,
    bearer: Result<Bearer, GatewayError>,
) -> Result<HeaderMap, GatewayError> {
    let Bearer(token) = bearer?;
    let session = gateway.sessions.verify(&token).await;
    let session = session.map_err(|error| refusal(error.into()))?;
    identity_headers(&session.identity).map_err(refusal)
}

/// A blocked user's session is over, as far as a proxy is concerned. What says nothing about the
/// session is not held against it.
fn refusal(error: GatewayError) -> GatewayError {
    match http_status(error.reason()) {
        StatusCode::UNAUTHORIZED | StatusCode::SERVICE_UNAVAILABLE => error,
        _ if error.reason() == ErrorReason::UserBlocked => GatewayError::UserGone,
        _ => GatewayError::CannotTell(Some(Box::new(error))),
    }
}

fn identity_headers(identity: &Identity) -> Result<HeaderMap, GatewayError> {
    let ours = [
        ("x-wx-appid", &identity.appid),
        ("x-wx-openid", &identity.openid),
        ("x-wx-unionid", &identity.unionid),
        ("x-wx-user-id", &identity.user_id),
    ];
    let mut headers = HeaderMap::new();
    for (name, value) in ours {
        let value = HeaderValue::from_str(value);
        let value = value.map_err(|_| GatewayError::Unspeakable("identity"))?;
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(headers)
}

/// Gives every answer its three meanings and all identity headers.
///
/// 404 is left: it says that the proxy asked at another address than `/verify`.
pub(super) fn spell(response: Response) -> Response {
    let mut response = problem::spell(cannot_tell(response));
    for name in IDENTITY_HEADERS {
        let empty = HeaderValue::from_static("");
        let name = HeaderName::from_static(name);
        response.headers_mut().entry(name).or_insert(empty);
    }
    response
}

fn cannot_tell(response: Response) -> Response {
    match response.status() {
        StatusCode::OK
        | StatusCode::UNAUTHORIZED
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::NOT_FOUND => response,
        _ => GatewayError::CannotTell(None).into_response(),
    }
}
