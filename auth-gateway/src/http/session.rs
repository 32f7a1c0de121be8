//! `/v1/session`: shown, prolonged, ended.
use axum::{Json, extract::State};
use http::StatusCode;
use serde::Serialize;
use service_kit::Timestamp;
use utoipa::ToSchema;
use wx_proto::common::v1::ErrorReason;

use super::{Gateway, bearer::Bearer, user::UserBody};
use crate::{
    error::GatewayError,
    ports::{Granted, Session, User},
};

/// A token, and how long it is good for.
#[derive(Serialize, ToSchema)]
#[schema(as = Grant)]
pub(super) struct GrantBody {
    /// What the mini-program sends from now on, as `Authorization: Bearer`.
    #[schema(example = "wxs_EXAMPLEexampleEXAMPLEexampleEXAMPLEexampleEXAMPLEexample00")]
    session_rd: String,
    /// Seconds until it expires.
    #[schema(example = 1800)]
    expires_in: u64,
    /// Seconds until it should be refreshed.
    #[schema(example = 1200)]
    refresh_in: u64,
}

impl From<Granted> for GrantBody {
    fn from(granted: Granted) -> Self {
        let Granted {
            token,
            expires_in,
            refresh_in,
        } = granted;
        Self {
            session_rd: token.expose().to_owned(),
            expires_in: expires_in.as_secs(),
            refresh_in: refresh_in.as_secs(),
        }
    }
}

/// The session that the token stands for.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionResponse {
    session: SessionBody,
    user: UserBody,
}

/// A session.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(super) struct SessionBody {
    /// Its id: no credential, may be shown.
    #[schema(example = "7f3c1d9a5b2e4f60818293a4b5c6d7e8")]
    id: String,
    /// The mini-program it belongs to.
    #[schema(example = "wx0123456789abcdef")]
    appid: String,
    /// When it began.
    #[schema(example = "2026-01-31T08:00:00Z", format = DateTime)]
    issued_at: String,
    /// When it ends unless refreshed.
    #[schema(example = "2026-01-31T08:30:00Z", format = DateTime)]
    expires_at: String,
    /// When it ends whatever happens.
    #[schema(example = "2026-03-02T08:00:00Z", format = DateTime)]
    absolute_expires_at: String,
}

impl TryFrom<Session> for SessionBody {
    type Error = GatewayError;

    fn try_from(session: Session) -> Result<Self, GatewayError> {
        let Session {
            id,
            identity,
            issued_at,
            expires_at,
            absolute_expires_at,
        } = session;
        Ok(Self {
            id,
            appid: identity.appid,
            issued_at: rfc3339(issued_at)?,
            expires_at: rfc3339(expires_at)?,
            absolute_expires_at: rfc3339(absolute_expires_at)?,
        })
    }
}

pub(super) fn rfc3339(moment: Timestamp) -> Result<String, GatewayError> {
    let moment = i64::try_from(moment.unix_millis())
        .ok()
        .and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok());
    let moment = moment.ok_or(GatewayError::Unspeakable("time"))?;
    Ok(moment.to_string())
}

/// Show the session.
///
/// Whose session it is, and when it ends.
#[utoipa::path(
    get,
    path = "/v1/session",
    operation_id = "showSession",
    tag = "session",
    security(("session_rd" = [])),
    responses((status = 200, description = "Alive", body = SessionResponse)),
)]
pub(super) async fn show(
    State(gateway): State<Gateway>,
    Bearer(token): Bearer,
) -> Result<Json<SessionResponse>, GatewayError> {
    let session = gateway.sessions.verify(&token).await?;
    let user = owner(&gateway, &session).await?.into();
    let session = session.try_into()?;
    Ok(Json(SessionResponse { session, user }))
}

/// A user who is gone has no session, whatever is left of it.
async fn owner(gateway: &Gateway, session: &Session) -> Result<User, GatewayError> {
    let found = gateway.sessions.user(&session.identity.user_id).await;
    found.map_err(|error| match error.reason {
        ErrorReason::NotFound => GatewayError::UserGone,
        _ => error.into(),
    })
}

/// Refresh the session.
///
/// Prolongs it and answers with the token that takes the old one's place. Calls that race, or whose
/// answer was lost, get the same successor: it is safe to ask again.
#[utoipa::path(
    post,
    path = "/v1/session/refresh",
    operation_id = "refreshSession",
    tag = "session",
    security(("session_rd" = [])),
    responses((status = 200, description = "Prolonged", body = GrantBody)),
)]
pub(super) async fn refresh(
    State(gateway): State<Gateway>,
    Bearer(token): Bearer,
) -> Result<Json<GrantBody>, GatewayError> {
    let granted = gateway.sessions.refresh(&token).await?;
    Ok(Json(granted.into()))
}

/// Log out.
///
/// Ends the session for good; says so again when repeated.
#[utoipa::path(
    delete,
    path = "/v1/session",
    operation_id = "logout",
    tag = "session",
    security(("session_rd" = [])),
    responses((status = 204, description = "Ended")),
)]
pub(super) async fn log_out(
    State(gateway): State<Gateway>,
    Bearer(token): Bearer,
) -> Result<StatusCode, GatewayError> {
    gateway.sessions.logout(&token).await?;
    Ok(StatusCode::NO_CONTENT)
}
