//! `POST /v1/phone-number`.
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Gateway, bearer::Bearer, field::short, json::JsonBody};
use crate::{
    error::GatewayError,
    ports::{GivenPhone, PhoneNumber},
};

const EITHER: &str = "either `code`, or `encryptedData` and `iv`";

/// What the phone-number button gave: `code`, or, from old clients, `encryptedData` and `iv`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhoneNumberRequest {
    /// The button's code: good once, for five minutes.
    #[schema(example = "e31968a7f94cc5ee25fafc2aef2773f0bb8c3937b22520eb8ee345274d00c144")]
    code: Option<String>,
    /// The ciphertext, exactly as it came; goes with `iv`.
    #[schema(example = "CiyLU1Aw2KjvrjMdj8YKliAjtP4gsMZM…")]
    encrypted_data: Option<String>,
    /// The initial vector, exactly as it came.
    #[schema(example = "r7BXXKkLb8qrSNn05n0qiA==")]
    iv: Option<String>,
}

impl PhoneNumberRequest {
    fn given(self) -> Result<GivenPhone, GatewayError> {
        match (self.code, self.encrypted_data, self.iv) {
            (Some(code), None, None) => Ok(GivenPhone::Code(short("code", code, 128)?)),
            (None, Some(encrypted_data), Some(iv)) => {
                Ok(GivenPhone::Encrypted { encrypted_data, iv })
            }
            _ => Err(GatewayError::BadBody(EITHER.to_owned())),
        }
    }
}

/// The user's phone number.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhoneNumberResponse {
    /// With the country's prefix, where that is not mainland China.
    #[schema(example = "13580006666")]
    phone_number: String,
    /// Never with a prefix.
    #[schema(example = "13580006666")]
    pure_phone_number: String,
    /// Digits.
    #[schema(example = "86")]
    country_code: String,
    /// Whether WeChat itself vouched for it.
    verified: bool,
}

impl From<PhoneNumber> for PhoneNumberResponse {
    fn from(phone: PhoneNumber) -> Self {
        let PhoneNumber {
            phone_number,
            pure_phone_number,
            country_code,
            verified,
        } = phone;
        Self {
            phone_number,
            pure_phone_number,
            country_code,
            verified,
        }
    }
}

/// The phone number that the user chose to give away.
///
/// A code is good once; a call with the same code within five minutes gets the same answer. What
/// came encrypted is `verified` only where WeChat was asked and confirmed it.
#[utoipa::path(
    post,
    path = "/v1/phone-number",
    operation_id = "phoneNumber",
    tag = "open data",
    security(("session_rd" = [])),
    request_body = PhoneNumberRequest,
    responses((status = 200, description = "The number", body = PhoneNumberResponse)),
)]
pub(super) async fn find(
    State(gateway): State<Gateway>,
    Bearer(token): Bearer,
    JsonBody(request): JsonBody<PhoneNumberRequest>,
) -> Result<Json<PhoneNumberResponse>, GatewayError> {
    let phone = gateway.sessions.phone_number(&token, request.given()?);
    Ok(Json(phone.await?.into()))
}
