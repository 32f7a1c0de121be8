//! `POST /_fake/login-code`, `POST /_fake/phone-code` and `POST /_fake/plugin-code`.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};

use super::{Refusal, asked::Asked, known_app, known_user};
use crate::{
    random,
    state::{FakeWechat, codes::Kind, users::UserId},
};

/// Who calls `wx.login`: a new user of the first app when all is left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    appid: Option<String>,
    openid: Option<String>,
}

/// Who pressed the phone number button, or opened a plugin.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Press {
    appid: Option<String>,
    openid: String,
}

#[derive(Serialize)]
pub(super) struct LoginCode {
    code: String,
    openid: String,
}

#[derive(Serialize)]
pub(super) struct Code {
    code: String,
}

pub(super) async fn login(
    State(fake): State<FakeWechat>,
    Asked(login): Asked<Login>,
) -> Result<Json<LoginCode>, Refusal> {
    let (now, settings) = (fake.now(), fake.settings());
    let mut world = fake.world();
    let id = match &login.openid {
        Some(openid) => known_user(&fake, &world, login.appid.as_deref(), openid)?,
        None => UserId::new(known_app(&fake, login.appid.as_deref())?, &random::openid()),
    };
    world.users.get_or_invent(id.clone(), now)?.login_code_made(
        now,
        settings.key_rotation_min,
        settings.key_life,
    );
    let code = world.codes.make(Kind::Login, id.clone(), now);
    Ok(Json(LoginCode {
        code,
        openid: id.openid,
    }))
}

pub(super) async fn phone(
    State(fake): State<FakeWechat>,
    Asked(press): Asked<Press>,
) -> Result<Json<Code>, Refusal> {
    make(&fake, Kind::Phone, &press)
}

pub(super) async fn plugin(
    State(fake): State<FakeWechat>,
    Asked(press): Asked<Press>,
) -> Result<Json<Code>, Refusal> {
    make(&fake, Kind::Plugin, &press)
}

fn make(fake: &FakeWechat, kind: Kind, press: &Press) -> Result<Json<Code>, Refusal> {
    let now = fake.now();
    let mut world = fake.world();
    let id = known_user(fake, &world, press.appid.as_deref(), &press.openid)?;
    Ok(Json(Code {
        code: world.codes.make(kind, id, now),
    }))
}
