//! `POST /wxa/business/getuserphonenumber`: a phone code for the number.

use serde::{Deserialize, Serialize};
use service_kit::Timestamp;

use super::{access, json, refusal::Refusal, request::ApiRequest};
use crate::{
    errcode::Errcode,
    open_data::PhoneInfo,
    state::{FakeWechat, World, codes::Kind, users::UserId},
};

#[derive(Deserialize)]
struct Wanted {
    code: String,
    openid: Option<String>,
}

#[derive(Serialize)]
struct Answer<'a> {
    errcode: i64,
    errmsg: &'static str,
    phone_info: PhoneInfo<'a>,
}

pub(super) fn answer(fake: &FakeWechat, request: &ApiRequest) -> Result<String, Refusal> {
    request.must_be_post()?;
    let now = fake.now();
    let mut world = fake.world();
    let appid = access::by_token_counted(&mut world, request, now)?;
    let wanted: Wanted = request.json()?;
    let (id, pressed) = presser(&world, &appid, &wanted, now)?;
    let user = world.users.get(&id).ok_or(Errcode::INVALID_CODE)?;
    let body = json(&Answer {
        errcode: 0,
        errmsg: "ok",
        phone_info: PhoneInfo::of(&id, user, pressed.unix_seconds()),
    });
    world.codes.mark_used(&wanted.code);
    Ok(body)
}

/// Who pressed the button, and when. Which code WeChat gives for another's openid is not published;
/// 40029 is the one it lists for codes.
fn presser(
    world: &World,
    appid: &str,
    wanted: &Wanted,
    now: Timestamp,
) -> Result<(UserId, Timestamp), Errcode> {
    let code = world.codes.get(&wanted.code);
    let code = code.filter(|code| code.kind == Kind::Phone && !code.expired(now) && !code.used);
    let code = code.ok_or(Errcode::INVALID_CODE)?;
    if code.user.appid != appid {
        return Err(Errcode::INVALID_APPID);
    }
    let openid = wanted.openid.as_deref().filter(|openid| !openid.is_empty());
    if openid.is_some_and(|openid| openid != code.user.openid) {
        return Err(Errcode::INVALID_CODE);
    }
    Ok((code.user.clone(), code.made))
}
