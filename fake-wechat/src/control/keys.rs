//! `POST /_fake/rotate-session-key` and `POST /_fake/expire-session-key`.

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;

use super::{Refusal, asked::Asked, known_user};
use crate::state::{FakeWechat, users::User};

/// Whose key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Whose {
    appid: Option<String>,
    openid: String,
}

pub(super) async fn rotate(
    State(fake): State<FakeWechat>,
    Asked(whose): Asked<Whose>,
) -> Result<StatusCode, Refusal> {
    let now = fake.now();
    change(&fake, &whose, |user| user.rotate_key(now))
}

/// The key stays what encrypts open data, but WeChat knows it no longer.
pub(super) async fn expire(
    State(fake): State<FakeWechat>,
    Asked(whose): Asked<Whose>,
) -> Result<StatusCode, Refusal> {
    change(&fake, &whose, User::expire_key)
}

fn change(
    fake: &FakeWechat,
    whose: &Whose,
    change: impl FnOnce(&mut User),
) -> Result<StatusCode, Refusal> {
    let mut world = fake.world();
    let id = known_user(fake, &world, whose.appid.as_deref(), &whose.openid)?;
    if let Some(user) = world.users.get_mut(&id) {
        change(user);
    }
    Ok(StatusCode::NO_CONTENT)
}
