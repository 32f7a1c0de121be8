//! `POST /v1/open-data/decrypt`.
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{Gateway, bearer::Bearer, json::JsonBody};
use crate::{error::GatewayError, ports::OpenData};

/// What WeChat's client API handed out.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DecryptRequest {
    /// The ciphertext, exactly as it came.
    #[schema(example = "CiyLU1Aw2KjvrjMdj8YKliAjtP4gsMZM…")]
    encrypted_data: String,
    /// The initial vector, exactly as it came.
    #[schema(example = "r7BXXKkLb8qrSNn05n0qiA==")]
    iv: String,
    /// The signed text, exactly as it came; goes with `signature`.
    #[schema(example = r#"{"nickName":"Band"}"#)]
    raw_data: Option<String>,
    /// The signature over `rawData`.
    #[schema(example = "75e81ceda165f4ffa64f4068af58c64b8f54b88c")]
    signature: Option<String>,
}

impl From<DecryptRequest> for OpenData {
    fn from(request: DecryptRequest) -> Self {
        let DecryptRequest {
            encrypted_data,
            iv,
            raw_data,
            signature,
        } = request;
        Self {
            encrypted_data,
            iv,
            raw_data,
            signature,
        }
    }
}

/// What WeChat encrypted.
#[derive(Serialize, ToSchema)]
pub(super) struct DecryptResponse {
    /// WeChat's own JSON object, unchanged.
    #[schema(value_type = Object, example = json!({
        "phoneNumber": "13580006666",
        "purePhoneNumber": "13580006666",
        "countryCode": "86",
        "watermark": { "appid": "wx0123456789abcdef", "timestamp": 1_769_846_400 }
    }))]
    data: Box<RawValue>,
}

/// Open data that WeChat encrypted.
///
/// The data must be the session's user's own, and fresh. Every way it can fail to open gets the
/// same answer, `decrypt_failed`; the remedy is a new wx.login.
#[utoipa::path(
    post,
    path = "/v1/open-data/decrypt",
    operation_id = "decryptOpenData",
    tag = "open data",
    security(("session_rd" = [])),
    request_body = DecryptRequest,
    responses((status = 200, description = "Opened", body = DecryptResponse)),
)]
pub(super) async fn decrypt(
    State(gateway): State<Gateway>,
    Bearer(token): Bearer,
    JsonBody(request): JsonBody<DecryptRequest>,
) -> Result<Json<DecryptResponse>, GatewayError> {
    let json = gateway.sessions.open_data(&token, request.into()).await?;
    let data = RawValue::from_string(json).map_err(|_| GatewayError::Unspeakable("data"))?;
    Ok(Json(DecryptResponse { data }))
}
