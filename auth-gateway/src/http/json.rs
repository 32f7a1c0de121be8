//! JSON bodies, whose faults are problem documents too.
mod fault;
mod strict;

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
};
use http::{
    HeaderMap, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use serde::de::DeserializeOwned;

use super::Gateway;
use crate::error::GatewayError;

/// A body that is one JSON value of type `T`. Unknown fields are left alone.
pub(super) struct JsonBody<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Gateway> for JsonBody<T> {
    type Rejection = GatewayError;

    async fn from_request(request: Request, gateway: &Gateway) -> Result<Self, GatewayError> {
        accept(request.headers())?;
        let body = Bytes::from_request(request, gateway);
        let body = tokio::time::timeout(gateway.body_timeout, body).await;
        let body = body
            .map_err(|_| GatewayError::TooLate)?
            .map_err(|error| broken(&error))?;
        parse(&body).map(Self)
    }
}

fn accept(headers: &HeaderMap) -> Result<(), GatewayError> {
    if headers.contains_key(CONTENT_ENCODING) {
        return Err(GatewayError::Encoded);
    }
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
    match essence {
        Some(essence) if essence.eq_ignore_ascii_case("application/json") => Ok(()),
        _ => Err(GatewayError::NotJson),
    }
}

fn broken(rejection: &BytesRejection) -> GatewayError {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => GatewayError::TooLarge,
        _ => GatewayError::BrokenBody,
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, GatewayError> {
    strict::check(body).map_err(|error| fault::of_text(&error))?;
    let mut reader = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut reader).map_err(fault::of_field)
}
