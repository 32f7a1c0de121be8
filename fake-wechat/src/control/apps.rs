//! `PUT /_fake/apps/{appid}` and `PUT /_fake/quotas`: what an owner sets in WeChat's console.

use std::{collections::HashMap, net::IpAddr};

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use service_kit::Timestamp;

use super::{Refusal, asked::Asked, change::Change, known_app};
use crate::state::{
    FakeWechat,
    apps::{Confirmation, Manners},
    quotas::Limit,
};

/// What shall change; what is left out stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    bound: Option<bool>,
    frozen: Option<bool>,
    #[serde(default)]
    secrets: Change<Vec<SecretString>>,
    #[serde(default)]
    allowed_ips: Change<Vec<IpAddr>>,
    #[serde(default)]
    confirmation: Change<Confirmation>,
}

/// The app as it now is, without its secrets.
#[derive(Serialize)]
pub(super) struct Shown {
    appid: String,
    bound: bool,
    frozen: bool,
    allowed_ips: Option<Vec<IpAddr>>,
    confirmation: Option<Confirmation>,
}

pub(super) async fn put(
    State(fake): State<FakeWechat>,
    Path(appid): Path<String>,
    Asked(wish): Asked<Wish>,
) -> Result<Json<Shown>, Refusal> {
    known_app(&fake, Some(&appid))?;
    let now = fake.now();
    let mut world = fake.world();
    let manners = world.apps.get_mut(&appid);
    wish.apply(manners, now);
    Ok(Json(Shown::of(appid, manners)))
}

/// Sets the limits of these paths; others stay as they are.
pub(super) async fn limit(
    State(fake): State<FakeWechat>,
    Asked(limits): Asked<HashMap<String, Limit>>,
) -> StatusCode {
    let mut world = fake.world();
    for (path, limit) in limits {
        world.quotas.set(&path, limit);
    }
    StatusCode::NO_CONTENT
}

impl Wish {
    fn apply(self, manners: &mut Manners, now: Timestamp) {
        manners.bound = self.bound.unwrap_or(manners.bound);
        manners.frozen = self.frozen.unwrap_or(manners.frozen);
        self.secrets.apply(&mut manners.secrets);
        self.allowed_ips.apply(&mut manners.allowed);
        if let Change::To(confirmation) = self.confirmation {
            manners.confirmation = confirmation.map(|what| (what, now));
        }
    }
}

impl Shown {
    fn of(appid: String, manners: &Manners) -> Self {
        Self {
            appid,
            bound: manners.bound,
            frozen: manners.frozen,
            allowed_ips: manners.allowed.clone(),
            confirmation: manners.confirmation.map(|(what, _)| what),
        }
    }
}
