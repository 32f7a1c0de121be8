//! `/wxa/business/getuserencryptkey`: the server's half of the client's `UserCryptoManager`.

use serde::Serialize;

use super::{access, json, refusal::Refusal, request::ApiRequest, session_keys::Proof};
use crate::{
    errcode::Errcode,
    state::{FakeWechat, encrypt_keys::KeyInfo, users::UserId},
};

#[derive(Serialize)]
struct Answer<'a> {
    errcode: i64,
    errmsg: &'static str,
    key_info_list: Vec<KeyInfo<'a>>,
}

/// By either verb, as one page of WeChat says GET and another POST; the parameters are in the query.
pub(super) fn answer(fake: &FakeWechat, request: &ApiRequest) -> Result<String, Refusal> {
    let now = fake.now();
    let mut world = fake.world();
    let appid = access::by_token_counted(&mut world, request, now)?;
    let proof = Proof::of(request)?;
    let id = UserId::new(&appid, proof.openid);
    proof.judge(fake, &world, &id, now)?;
    let user = world.users.get_mut(&id).ok_or(Errcode::SESSION_KEY_GONE)?;
    Ok(json(&Answer {
        errcode: 0,
        errmsg: "ok",
        key_info_list: user.encrypt_keys.list(now),
    }))
}
