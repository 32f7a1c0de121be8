//! `POST /_fake/expire-access-token` and `GET /_fake/access-tokens`.

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;

use super::{Refusal, asked::Asked, known_app};
use crate::{
    errcode::Errcode,
    state::{
        FakeWechat,
        tokens::{Family, Tally},
    },
};

/// Whose tokens are to be refused, and how.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct End {
    appid: Option<String>,
    family: Option<Family>,
    errcode: Option<i64>,
    #[serde(default)]
    still_given: bool,
}

pub(super) async fn expire(
    State(fake): State<FakeWechat>,
    Asked(end): Asked<End>,
) -> Result<StatusCode, Refusal> {
    let errcode = end.errcode.map_or(Errcode::ACCESS_TOKEN_EXPIRED, Errcode);
    let appid = known_app(&fake, end.appid.as_deref())?;
    let families = [Family::Plain, Family::Stable];
    let mut world = fake.world();
    for family in families {
        if end.family.is_none_or(|wanted| wanted == family) {
            world.tokens.refuse(appid, family, errcode, end.still_given);
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn list(State(fake): State<FakeWechat>) -> Json<Vec<Tally>> {
    Json(fake.world().tokens.tallies())
}
