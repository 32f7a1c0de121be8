//! `/v1/sessions`: all of the user's sessions in this app.
use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Gateway, bearer::Bearer, session::rfc3339};
use crate::{error::GatewayError, ports::ListedSession};

/// The user's sessions in this app.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionsResponse {
    /// Oldest first.
    sessions: Vec<ListedBody>,
}

/// One of them.
#[derive(Serialize, ToSchema)]
#[schema(as = ListedSession)]
pub(super) struct ListedBody {
    /// Its id: no credential, may be shown.
    #[schema(example = "7f3c1d9a5b2e4f60818293a4b5c6d7e8")]
    id: String,
    /// Whether it is the one that asks.
    current: bool,
    /// What the login called the device; may be empty.
    #[schema(example = "Mei's phone")]
    device: String,
    /// When it began.
    #[schema(example = "2026-01-31T08:00:00Z", format = DateTime)]
    issued_at: String,
    /// When it was last refreshed, or began.
    #[schema(example = "2026-01-31T08:20:00Z", format = DateTime)]
    last_used_at: String,
    /// When it ends unless refreshed.
    #[schema(example = "2026-01-31T08:50:00Z", format = DateTime)]
    expires_at: String,
}

impl TryFrom<ListedSession> for ListedBody {
    type Error = GatewayError;

    fn try_from(listed: ListedSession) -> Result<Self, GatewayError> {
        let ListedSession {
            id,
            current,
            device,
            issued_at,
            last_used_at,
            expires_at,
        } = listed;
        Ok(Self {
            id,
            current,
            device,
            issued_at: rfc3339(issued_at)?,
            last_used_at: rfc3339(last_used_at)?,
            expires_at: rfc3339(expires_at)?,
        })
    }
}

/// List the user's sessions.
///
/// Those in this app that are alive, oldest first.
#[utoipa::path(
    get,
    path = "/v1/sessions",
    operation_id = "listSessions",
    tag = "session",
    security(("session_rd" = [])),
    responses((status = 200, description = "The sessions", body = SessionsResponse)),
)]
pub(super) async fn list(
    State(gateway): State<Gateway>,
    Bearer(token): Bearer,
) -> Result<Json<SessionsResponse>, GatewayError> {
    let sessions = gateway.sessions.sessions(&token).await?;
    let sessions = sessions
        .into_iter()
        .map(TryInto::try_into)
        .collect::<Result<_, _>>()?;
    Ok(Json(SessionsResponse { sessions }))
}

/// Log out everywhere.
///
/// Ends every session of the user in this app, this one too.
#[utoipa::path(
    delete,
    path = "/v1/sessions",
    operation_id = "logoutEverywhere",
    tag = "session",
    security(("session_rd" = [])),
    responses((status = 204, description = "All ended")),
)]
pub(super) async fn end_all(
    State(gateway): State<Gateway>,
    Bearer(token): Bearer,
) -> Result<StatusCode, GatewayError> {
    gateway.sessions.end_all(&token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End one of the user's sessions.
///
/// The lost phone's, say. 404 when there is no such session of theirs.
#[utoipa::path(
    delete,
    path = "/v1/sessions/{id}",
    operation_id = "endSession",
    tag = "session",
    params(("id" = String, Path, description = "The session's id, from the list")),
    security(("session_rd" = [])),
    responses((status = 204, description = "Ended")),
)]
pub(super) async fn end(
    State(gateway): State<Gateway>,
    Bearer(token): Bearer,
    Path(id): Path<String>,
) -> Result<StatusCode, GatewayError> {
    gateway.sessions.end_session(&token, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
