//! `POST /_fake/payment`.

use axum::{Json, extract::State};
use serde::Deserialize;

use super::{Refusal, asked::Asked, known_user};
use crate::state::{FakeWechat, payments::Numbers};

/// Who pays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Payer {
    appid: Option<String>,
    openid: String,
}

pub(super) async fn make(
    State(fake): State<FakeWechat>,
    Asked(payer): Asked<Payer>,
) -> Result<Json<Numbers>, Refusal> {
    let now = fake.now();
    let mut world = fake.world();
    let id = known_user(&fake, &world, payer.appid.as_deref(), &payer.openid)?;
    Ok(Json(world.payments.make(id, now)))
}
