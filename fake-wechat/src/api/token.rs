//! `GET /cgi-bin/token`: a new `access_token` with each call.

use serde::Serialize;

use super::{access, json, refusal::Refusal, request::ApiRequest};
use crate::{
    errcode::Errcode,
    state::{FakeWechat, tokens::Given},
};

/// The only `grant_type` of both token calls.
pub(super) const GRANT_TYPE: &str = "client_credential";

/// WeChat's order of members; no errcode on success.
#[derive(Serialize)]
struct Answer {
    access_token: String,
    expires_in: u64,
}

pub(super) fn answer(fake: &FakeWechat, request: &ApiRequest) -> Result<String, Refusal> {
    request.must_be_get()?;
    let query = &request.query;
    if query.get("grant_type") != Some(GRANT_TYPE) {
        return Err(Errcode::INVALID_GRANT_TYPE.into());
    }
    let (appid, secret) = (query.get("appid"), query.get("secret"));
    let app = access::by_secret_from_here(fake, request, appid, secret)?;
    let now = fake.now();
    let mut world = fake.world();
    world.quotas.count(&app.appid, &request.path, now)?;
    Ok(body(world.tokens.plain(&app.appid, now)))
}

/// What both token calls answer.
pub(super) fn body(given: Given) -> String {
    json(&Answer {
        access_token: given.token,
        expires_in: given.left.as_secs(),
    })
}
