//! `/sns/component/jscode2session`.

use std::time::Duration;

use fake_wechat::DEFAULT_APPID;
use serde_json::{Value, json};

use crate::support::{Running, text, two_apps};

const PATH: &str = "/sns/component/jscode2session";

fn query(platform: &Value, appid: &str, code: &str) -> String {
    format!(
        "appid={appid}&js_code={code}&grant_type=authorization_code&component_appid={}&component_access_token={}",
        text(platform, "component_appid"),
        text(platform, "component_access_token")
    )
}

async fn ask(fake: &Running, query: &str) -> Value {
    fake.get(&format!("{PATH}?{query}")).await
}

#[tokio::test]
async fn a_platform_redeems_a_code_with_its_own_token() {
    let fake = Running::start().await;
    let platform = fake.post("component", json!({})).await;
    assert_eq!(platform["expires_in"], 7200);
    let code = fake.any_login_code().await;
    let answer = ask(&fake, &query(&platform, DEFAULT_APPID, &code)).await;
    assert!(answer["openid"].is_string() && answer["session_key"].is_string());
    assert!(answer["unionid"].is_string() && answer.get("errcode").is_none());
}

#[tokio::test]
async fn a_code_is_redeemed_once_by_either_route() {
    let fake = Running::start().await;
    let platform = fake.post("component", json!({})).await;
    let code = fake.any_login_code().await;
    assert!(fake.exchange(&code).await["openid"].is_string());
    let answer = ask(&fake, &query(&platform, DEFAULT_APPID, &code)).await;
    assert_eq!(answer["errcode"], 40163);
    assert!(text(&answer, "errmsg").starts_with("code been used, rid: "));
    let code = fake.any_login_code().await;
    ask(&fake, &query(&platform, DEFAULT_APPID, &code)).await;
    assert_eq!(fake.errcode(&code).await, 40163);
}

#[tokio::test]
async fn a_platform_calls_for_apps_that_authorised_it() {
    let fake = Running::with(two_apps()).await;
    let wish = json!({ "authorised": [DEFAULT_APPID] });
    let platform = fake.post("component", wish).await;
    let answer = ask(&fake, &query(&platform, "wx-other", "x")).await;
    assert_eq!(answer["errcode"], 61003);
    let answer = ask(&fake, &query(&platform, DEFAULT_APPID, "x")).await;
    assert_eq!(answer["errcode"], 40029);
}

#[tokio::test]
async fn component_parameters_are_judged_one_by_one() {
    let fake = Running::start().await;
    let platform = fake.post("component", json!({})).await;
    let right = query(&platform, DEFAULT_APPID, "x");
    let token = text(&platform, "component_access_token");
    for (query, errcode) in [
        (right.replace("component_appid", "componentAppid"), 41018),
        (
            right.replace("component_access_token", "access_token"),
            41004,
        ),
        (right.replace("&js_code=x", ""), 41008),
        (right.replace("authorization_code", "x"), 40002),
        (right.replace(&token, "x"), 40001),
        (right.replace("fa4e0c", "fa4e0d"), 61011),
        (right.replace(DEFAULT_APPID, "wx-unknown"), 40013),
        (right.replace("appid=wx", "appid=&x=wx"), 41018),
    ] {
        assert_eq!(ask(&fake, &query).await["errcode"], errcode, "{query}");
    }
    fake.clock.advance(Duration::from_hours(2));
    assert_eq!(ask(&fake, &right).await["errcode"], 42001);
}
