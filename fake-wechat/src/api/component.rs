//! `GET /sns/component/jscode2session`: a login code, redeemed by a third-party platform.

use super::{jscode2session, json, refusal::Refusal, request::ApiRequest};
use crate::{errcode::Errcode, state::FakeWechat};

/// The platform's token stands in the place of the app's secret. Without it WeChat misses the secret.
pub(super) fn answer(fake: &FakeWechat, request: &ApiRequest) -> Result<String, Refusal> {
    request.must_be_get()?;
    let query = &request.query;
    let component = query.get("component_appid");
    let component = component.ok_or(Errcode::COMPONENT_APPID_MISSING)?;
    let token = query.get("component_access_token");
    let token = token.ok_or(Errcode::APPSECRET_MISSING)?;
    let appid = query.get("appid").ok_or(Errcode::APPID_MISSING)?;
    let app = fake.app(appid).ok_or(Errcode::INVALID_APPID)?;
    let now = fake.now();
    let verdict = fake.world().components.judge(component, token, appid, now);
    verdict?;
    Ok(json(&jscode2session::exchange(fake, query, &app.appid)?))
}
