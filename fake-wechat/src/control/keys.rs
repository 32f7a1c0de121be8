//! `POST /_fake/rotate-session-key`.

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;

use super::{Refusal, asked::Asked, known_user};
use crate::state::FakeWechat;

/// Whose key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rotation {
    appid: Option<String>,
    openid: String,
}

pub(super) async fn rotate(
    State(fake): State<FakeWechat>,
    Asked(rotation): Asked<Rotation>,
) -> Result<StatusCode, Refusal> {
    let now = fake.now();
    let mut world = fake.world();
    let id = known_user(&fake, &world, rotation.appid.as_deref(), &rotation.openid)?;
    if let Some(user) = world.users.get_mut(&id) {
        user.rotate_key(now);
    }
    Ok(StatusCode::NO_CONTENT)
}
