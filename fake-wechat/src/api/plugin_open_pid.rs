//! `POST /wxa/getpluginopenpid`: a plugin's id of a user.

use serde::{Deserialize, Serialize};

use super::{access, json, refusal::Refusal, request::ApiRequest};
use crate::{
    errcode::Errcode,
    random,
    state::{FakeWechat, codes::Kind},
};

#[derive(Deserialize)]
struct Wanted {
    code: String,
}

#[derive(Serialize)]
struct Answer<'a> {
    errcode: i64,
    errmsg: &'static str,
    openpid: &'a str,
}

/// The id differs for each user, app and plugin; the plugin is the app whose token is shown.
pub(super) fn answer(fake: &FakeWechat, request: &ApiRequest) -> Result<String, Refusal> {
    request.must_be_post()?;
    let now = fake.now();
    let mut world = fake.world();
    let plugin = access::by_token_counted(&mut world, request, now)?;
    let wanted: Wanted = request.json().map_err(|errcode| match errcode {
        Errcode::DATA_FORMAT => Errcode::PLUGIN_BAD_JSON,
        other => other,
    })?;
    let code = world.codes.get(&wanted.code);
    let code = code.filter(|code| code.kind == Kind::Plugin && !code.expired(now) && !code.used);
    let id = code.ok_or(Errcode::INVALID_CODE)?.user.clone();
    world.codes.mark_used(&wanted.code);
    let user = world.users.get_mut(&id).ok_or(Errcode::PLUGIN_NO_OPENPID)?;
    let openpid = user.openpids.entry(plugin);
    Ok(json(&Answer {
        errcode: 0,
        errmsg: "ok",
        openpid: openpid.or_insert_with(random::group_id),
    }))
}
