//! `POST /_fake/component`.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};

use super::{Refusal, asked::Asked, known_app};
use crate::state::{FakeWechat, components::TOKEN_LIFE};

const DEFAULT_COMPONENT: &str = "wxfa4e0fa4e0fa4e0c";

/// A third-party platform, and the apps that have authorised it: all when left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Platform {
    component_appid: Option<String>,
    authorised: Option<Vec<String>>,
}

#[derive(Serialize)]
pub(super) struct Given {
    component_appid: String,
    component_access_token: String,
    expires_in: u64,
}

pub(super) async fn make(
    State(fake): State<FakeWechat>,
    Asked(platform): Asked<Platform>,
) -> Result<Json<Given>, Refusal> {
    for appid in platform.authorised.iter().flatten() {
        known_app(&fake, Some(appid))?;
    }
    let component_appid = platform
        .component_appid
        .unwrap_or_else(|| DEFAULT_COMPONENT.to_owned());
    let now = fake.now();
    let components = &mut fake.world().components;
    let token = components.authorise(&component_appid, platform.authorised, now);
    Ok(Json(Given {
        component_appid,
        component_access_token: token,
        expires_in: TOKEN_LIFE.as_secs(),
    }))
}
