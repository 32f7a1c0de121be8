//! Looking at limits, and starting to count again.

use serde::{Deserialize, Serialize};

use super::{access, json, refusal::Refusal, request::ApiRequest};
use crate::{
    errcode::Errcode,
    state::{FakeWechat, quotas::Standing},
};

const DONE: &str = r#"{"errcode":0,"errmsg":"ok"}"#;

#[derive(Deserialize)]
struct Own {
    appid: String,
}

#[derive(Deserialize)]
struct OnePath {
    cgi_path: String,
}

#[derive(Serialize)]
struct Quota {
    daily_limit: u64,
    used: u64,
    remain: u64,
}

#[derive(Serialize)]
struct Rate {
    call_count: u64,
    refresh_second: u64,
}

#[derive(Serialize)]
struct Answer {
    errcode: i64,
    errmsg: &'static str,
    quota: Quota,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_limit: Option<Rate>,
}

/// `POST /cgi-bin/clear_quota`: all of an app's, ten times a month.
pub(super) fn clear(fake: &FakeWechat, request: &ApiRequest) -> Result<String, Refusal> {
    request.must_be_post()?;
    let now = fake.now();
    let mut world = fake.world();
    let appid = access::by_token(&world, request, now)?;
    let named: Own = request.json()?;
    if named.appid != appid {
        return Err(Errcode::INVALID_APPID.into());
    }
    world.quotas.clear(&appid, now)?;
    Ok(DONE.to_owned())
}

/// `POST /cgi-bin/clear_quota/v2`: the same with the secret, for when no token is to be had. WeChat's
/// table has the parameters in the body, its example in the query.
pub(super) fn clear_by_secret(fake: &FakeWechat, request: &ApiRequest) -> Result<String, Refusal> {
    request.must_be_post()?;
    let given = |name| request.query.get(name).or_else(|| request.member(name));
    let app = access::by_secret(fake, given("appid"), given("appsecret"))?;
    fake.world().quotas.clear(&app.appid, fake.now())?;
    Ok(DONE.to_owned())
}

/// `POST /cgi-bin/openapi/quota/clear`: of one path, fifty times a month.
pub(super) fn clear_one(fake: &FakeWechat, request: &ApiRequest) -> Result<String, Refusal> {
    request.must_be_post()?;
    let now = fake.now();
    let mut world = fake.world();
    let appid = access::by_token(&world, request, now)?;
    let path = path_of(request)?;
    world.quotas.clear_one(&appid, &path, now)?;
    Ok(DONE.to_owned())
}

/// `POST /cgi-bin/openapi/quota/get`.
pub(super) fn get(fake: &FakeWechat, request: &ApiRequest) -> Result<String, Refusal> {
    request.must_be_post()?;
    let now = fake.now();
    let world = fake.world();
    let appid = access::by_token(&world, request, now)?;
    let standing = world.quotas.standing(&appid, &path_of(request)?, now);
    Ok(json(&Answer::of(&standing)))
}

fn path_of(request: &ApiRequest) -> Result<String, Errcode> {
    let OnePath { cgi_path } = request.json()?;
    if !cgi_path.starts_with('/') {
        Err(Errcode::FOREIGN_RID) // the same number, for a path without its slash
    } else if cgi_path.starts_with("/sns/") {
        Err(Errcode::NOT_FOR_SNS)
    } else if super::is_known(&cgi_path) {
        Ok(cgi_path)
    } else {
        Err(Errcode::NO_SUCH_PATH)
    }
}

impl Answer {
    fn of(standing: &Standing) -> Self {
        Self {
            errcode: 0,
            errmsg: "ok",
            quota: Quota {
                daily_limit: standing.per_day,
                used: standing.used,
                remain: standing.per_day.saturating_sub(standing.used),
            },
            rate_limit: standing.per_minute.map(|call_count| Rate {
                call_count,
                refresh_second: 60,
            }),
        }
    }
}
