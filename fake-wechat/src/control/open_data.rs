//! `POST /_fake/open-data`.

use axum::{Json, extract::State};
use serde::Deserialize;

use super::{Refusal, asked::Asked, known_user};
use crate::{
    open_data::{self, Kind, OpenData},
    state::FakeWechat,
};

/// Whose data, which, and the second that its watermark bears: now when left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    appid: Option<String>,
    openid: String,
    kind: Kind,
    timestamp: Option<u64>,
}

pub(super) async fn make(
    State(fake): State<FakeWechat>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<OpenData>, Refusal> {
    let seconds = wanted
        .timestamp
        .unwrap_or_else(|| fake.now().unix_seconds());
    let mut world = fake.world();
    let id = known_user(&fake, &world, wanted.appid.as_deref(), &wanted.openid)?;
    let user = world
        .users
        .get(&id)
        .ok_or(Refusal::NoSuchUser(wanted.openid))?;
    let made = open_data::make(wanted.kind, &id, user, seconds);
    if wanted.kind == Kind::Phone {
        let hash = made.hash(fake.settings().message_hash);
        world.messages.remember(&id.appid, hash, fake.now());
    }
    Ok(Json(made))
}
