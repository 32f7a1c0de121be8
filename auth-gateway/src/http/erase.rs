//! `DELETE /v1/user`.
use axum::extract::State;
use http::StatusCode;

use super::{Gateway, bearer::Bearer};
use crate::error::GatewayError;

/// Erase the user.
///
/// Their account goes, and every session of theirs ends, in every mini-program of the owner's. The
/// next login registers somebody new.
#[utoipa::path(
    delete,
    path = "/v1/user",
    operation_id = "eraseUser",
    tag = "user",
    security(("session_rd" = [])),
    responses((status = 204, description = "Erased")),
)]
pub(super) async fn erase(
    State(gateway): State<Gateway>,
    Bearer(token): Bearer,
) -> Result<StatusCode, GatewayError> {
    gateway.sessions.erase(&token).await?;
    Ok(StatusCode::NO_CONTENT)
}
