//! `GET /wxa/getpaidunionid`: the unionid of who has just paid.

use serde::Serialize;

use super::{access, json, refusal::Refusal, request::ApiRequest};
use crate::{
    errcode::Errcode,
    state::{FakeWechat, payments::Numbers, users::UserId},
};

/// WeChat's order of members.
#[derive(Serialize)]
struct Answer<'a> {
    unionid: &'a str,
    errcode: i64,
    errmsg: &'static str,
}

pub(super) fn answer(fake: &FakeWechat, request: &ApiRequest) -> Result<String, Refusal> {
    request.must_be_get()?;
    let now = fake.now();
    let mut world = fake.world();
    let appid = access::by_token_counted(&mut world, request, now)?;
    let openid = request.query.get("openid").ok_or(Errcode::INVALID_OPENID)?;
    let id = UserId::new(&appid, openid);
    let user = world.users.get(&id).ok_or(Errcode::INVALID_OPENID)?;
    let bound = world.apps.get(&appid).bound;
    let unionid = user.unionid.as_deref().filter(|_| bound);
    let unionid = unionid.ok_or(Errcode::OPEN_NOT_EXISTS)?;
    let meant = |numbers: &Numbers| is_meant(request, numbers);
    if !world.payments.paid(&id, now, meant) {
        return Err(Errcode::INVALID_TRADE.into());
    }
    Ok(json(&Answer {
        unionid,
        errcode: 0,
        errmsg: "ok",
    }))
}

/// By WeChat Pay's number, or by the shop and its own.
fn is_meant(request: &ApiRequest, numbers: &Numbers) -> bool {
    let given = |name| request.query.get(name);
    match given("transaction_id") {
        Some(id) => numbers.transaction_id == id,
        None => {
            given("mch_id") == Some(&numbers.mch_id)
                && given("out_trade_no") == Some(&numbers.out_trade_no)
        }
    }
}
