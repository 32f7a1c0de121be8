//! `PUT /v1/user/profile`.
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Gateway, bearer::Bearer, json::JsonBody, user::UserBody};
use crate::{error::GatewayError, ports::Profile};

/// What the user says of themselves; what is left out stays as it is.
#[derive(Deserialize, ToSchema)]
pub(super) struct ProfileRequest {
    /// The new nickname.
    #[schema(example = "小梅")]
    nickname: Option<String>,
    /// The new picture's address.
    #[schema(example = "https://example.com/mei.png")]
    avatar_url: Option<String>,
}

impl From<ProfileRequest> for Profile {
    fn from(request: ProfileRequest) -> Self {
        let ProfileRequest {
            nickname,
            avatar_url,
        } = request;
        Self {
            nickname,
            avatar_url,
        }
    }
}

/// The user as they are now.
#[derive(Serialize, ToSchema)]
pub(super) struct ProfileResponse {
    user: UserBody,
}

/// Change nickname or picture.
///
/// Text a person typed: proof of nothing.
#[utoipa::path(
    put,
    path = "/v1/user/profile",
    operation_id = "updateProfile",
    tag = "user",
    security(("session_rd" = [])),
    request_body = ProfileRequest,
    responses((status = 200, description = "Changed", body = ProfileResponse)),
)]
pub(super) async fn update(
    State(gateway): State<Gateway>,
    Bearer(token): Bearer,
    JsonBody(request): JsonBody<ProfileRequest>,
) -> Result<Json<ProfileResponse>, GatewayError> {
    let user = gateway.sessions.update_profile(&token, request.into());
    let user = user.await?.into();
    Ok(Json(ProfileResponse { user }))
}
