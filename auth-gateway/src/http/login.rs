//! `POST /v1/login`.
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Gateway,
    field::{short, short_or_none},
    json::JsonBody,
    session::GrantBody,
    user::UserBody,
};
use crate::{
    error::GatewayError,
    ports::{LoggedIn, Login},
};

/// What a mini-program sends after wx.login.
#[derive(Deserialize, ToSchema)]
pub(super) struct LoginRequest {
    /// The code of wx.login: good once, for five minutes.
    #[schema(example = "0a3Xyz000abcde1fGH000defgh2Xyz0Q", max_length = 128)]
    code: String,
    /// The mini-program; left out, the first one configured.
    #[schema(example = "wx0123456789abcdef", max_length = 64)]
    appid: Option<String>,
    /// The client's own random word for this wx.login. A call repeated with the same word within
    /// 30 s gets the same answer.
    #[schema(example = "q7Jm0r5cVt", max_length = 128)]
    nonce: Option<String>,
    /// A label the user may recognise the device by.
    #[schema(example = "iPhone 16", max_length = 64)]
    device: Option<String>,
}

impl TryFrom<LoginRequest> for Login {
    type Error = GatewayError;

    fn try_from(request: LoginRequest) -> Result<Self, GatewayError> {
        Ok(Self {
            code: short("code", request.code, 128)?,
            appid: short_or_none("appid", request.appid, 64)?,
            nonce: short_or_none("nonce", request.nonce, 128)?,
            device: short_or_none("device", request.device, 64)?,
        })
    }
}

/// A session, and whose it is.
#[derive(Serialize, ToSchema)]
pub(super) struct LoginResponse {
    #[serde(flatten)]
    grant: GrantBody,
    user: LoggedInUser,
}

/// The user who logged in.
#[derive(Serialize, ToSchema)]
pub(super) struct LoggedInUser {
    #[serde(flatten)]
    user: UserBody,
    /// Whether this login registered them.
    is_new: bool,
}

impl From<LoggedIn> for LoginResponse {
    fn from(login: LoggedIn) -> Self {
        let LoggedIn {
            granted,
            user,
            is_new,
        } = login;
        let user = user.into();
        Self {
            grant: granted.into(),
            user: LoggedInUser { user, is_new },
        }
    }
}

/// Log in.
///
/// Exchanges the code of wx.login for a session; registers the user on first sight.
#[utoipa::path(
    post,
    path = "/v1/login",
    operation_id = "login",
    tag = "session",
    request_body = LoginRequest,
    responses((status = 200, description = "Logged in", body = LoginResponse)),
)]
pub(super) async fn log_in(
    State(gateway): State<Gateway>,
    JsonBody(request): JsonBody<LoginRequest>,
) -> Result<Json<LoginResponse>, GatewayError> {
    let login = gateway.sessions.login(request.try_into()?).await?;
    Ok(Json(login.into()))
}
