//! `GET /sns/jscode2session`: a login code for openid and `session_key`.

use axum::http::Method;
use serde::Serialize;
use service_kit::Timestamp;

use super::{access, json, query::Query, refusal::Refusal, request::ApiRequest};
use crate::{
    errcode::Errcode,
    state::{FakeWechat, World, codes::Kind, users::UserId},
};

/// WeChat's order of members; no errcode on success, no unionid when there is none.
#[derive(Serialize)]
pub(super) struct Exchanged {
    session_key: String,
    openid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unionid: Option<String>,
}

pub(super) fn answer(fake: &FakeWechat, request: &ApiRequest) -> Result<String, Refusal> {
    if request.method != Method::GET {
        return Err(Errcode::APPID_MISSING.into()); // parameters in a body are not seen
    }
    let query = &request.query;
    let app = access::by_secret(fake, query.get("appid"), query.get("secret"))?;
    Ok(json(&exchange(fake, query, &app.appid)?))
}

/// Redeems the code in the query for an app that has shown who it is.
pub(super) fn exchange(
    fake: &FakeWechat,
    query: &Query,
    appid: &str,
) -> Result<Exchanged, Errcode> {
    let js_code = query.get("js_code").ok_or(Errcode::MISSING_CODE)?;
    if query.get("grant_type") != Some("authorization_code") {
        return Err(Errcode::INVALID_GRANT_TYPE);
    }
    let (now, limit) = (fake.now(), fake.settings().calls_per_minute);
    let mut world = fake.world();
    let id = owner(&world, appid, js_code);
    if let Some(user) = id.as_ref().and_then(|id| world.users.get_mut(id))
        && !user.count_exchange(now, limit)
    {
        return Err(Errcode::MINUTE_QUOTA);
    }
    redeem(&mut world, &id.ok_or(Errcode::INVALID_CODE)?, js_code, now)
}

/// Whose login code this is, if it is one of this app.
fn owner(world: &World, appid: &str, js_code: &str) -> Option<UserId> {
    let code = world.codes.get(js_code)?;
    (code.kind == Kind::Login && code.user.appid == appid).then(|| code.user.clone())
}

/// The code is used up by success alone.
fn redeem(
    world: &mut World,
    id: &UserId,
    js_code: &str,
    now: Timestamp,
) -> Result<Exchanged, Errcode> {
    let code = world.codes.get(js_code).filter(|code| !code.expired(now));
    if code.ok_or(Errcode::INVALID_CODE)?.used {
        return Err(Errcode::CODE_BEEN_USED);
    }
    let user = world.users.get(id).ok_or(Errcode::INVALID_CODE)?;
    if user.blocked {
        return Err(Errcode::CODE_BLOCKED);
    }
    let bound = world.apps.get(&id.appid).bound;
    let unionid = user.unionid.clone().filter(|_| bound);
    let session_key = user.key().text();
    world.codes.mark_used(js_code);
    Ok(Exchanged {
        session_key,
        openid: id.openid.clone(),
        unionid,
    })
}
