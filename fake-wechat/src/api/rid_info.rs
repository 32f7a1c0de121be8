//! `POST /cgi-bin/openapi/rid/get`: an earlier refused call of one's own.

use serde::{Deserialize, Serialize};

use super::{access, json, refusal::Refusal, request::ApiRequest};
use crate::{
    errcode::Errcode,
    rid,
    state::{FakeWechat, refused::Details},
};

#[derive(Deserialize)]
struct Wanted {
    rid: String,
}

#[derive(Serialize)]
struct Answer<'a> {
    errcode: i64,
    errmsg: &'static str,
    request: &'a Details,
}

pub(super) fn answer(fake: &FakeWechat, request: &ApiRequest) -> Result<String, Refusal> {
    request.must_be_post()?;
    let now = fake.now();
    let mut world = fake.world();
    let appid = access::by_token_counted(&mut world, request, now)?;
    let wanted: Wanted = request.json()?;
    if !rid::is_well_formed(&wanted.rid) {
        return Err(Errcode::MALFORMED_RID.into());
    }
    Ok(json(&Answer {
        errcode: 0,
        errmsg: "ok",
        request: world.refused.look_up(&wanted.rid, &appid, now)?,
    }))
}
