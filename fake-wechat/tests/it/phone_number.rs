//! `/wxa/business/getuserphonenumber`.

use std::time::Duration;

use fake_wechat::DEFAULT_APPID;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Running, START, text, two_apps};

const PATH: &str = "/wxa/business/getuserphonenumber";

async fn ask(fake: &Running, body: Value) -> Value {
    let path = format!("{PATH}?access_token={}", fake.token().await);
    fake.post_json(&path, body).await
}

async fn phone_code(fake: &Running, wish: Value) -> String {
    fake.put_user("oMei", wish).await;
    text(
        &fake.post("phone-code", json!({ "openid": "oMei" })).await,
        "code",
    )
}

#[tokio::test]
async fn a_phone_code_gives_the_number_in_wechats_form() {
    let fake = Running::start().await;
    let code = phone_code(&fake, json!({ "phone": "10012345678" })).await;
    fake.clock.advance(Duration::from_secs(9));
    let path = format!("{PATH}?access_token={}", fake.token().await);
    let wanted = json!({ "code": code, "openid": "oMei" }).to_string();
    let response = fake.send(Method::POST, &path, wanted).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/plain");
    let pressed = START.unix_seconds();
    assert_eq!(
        response.text().await.unwrap(),
        format!(
            r#"{{"errcode":0,"errmsg":"ok","phone_info":{{"phoneNumber":"10012345678","purePhoneNumber":"10012345678","countryCode":"86","watermark":{{"timestamp":{pressed},"appid":"{DEFAULT_APPID}"}}}}}}"#
        )
    );
}

#[tokio::test]
async fn a_phone_code_works_once() {
    let fake = Running::start().await;
    let code = phone_code(&fake, json!({})).await;
    assert_eq!(ask(&fake, json!({ "code": code })).await["errcode"], 0);
    assert_eq!(ask(&fake, json!({ "code": code })).await["errcode"], 40029);
}

#[tokio::test]
async fn a_phone_code_lives_five_minutes() {
    let fake = Running::start().await;
    let code = phone_code(&fake, json!({})).await;
    fake.clock.advance(Duration::from_millis(300_001));
    assert_eq!(ask(&fake, json!({ "code": code })).await["errcode"], 40029);
}

#[tokio::test]
async fn a_login_code_is_no_phone_code() {
    let fake = Running::start().await;
    let code = fake.any_login_code().await;
    assert_eq!(ask(&fake, json!({ "code": code })).await["errcode"], 40029);
    assert!(fake.exchange(&code).await["openid"].is_string());
}

#[tokio::test]
async fn another_users_openid_leaves_the_phone_code_unused() {
    let fake = Running::start().await;
    let code = phone_code(&fake, json!({})).await;
    let theft = json!({ "code": code, "openid": "oEve" });
    assert_eq!(ask(&fake, theft).await["errcode"], 40029);
    assert_eq!(ask(&fake, json!({ "code": code })).await["errcode"], 0);
}

#[tokio::test]
async fn the_token_of_another_app_is_an_invalid_appid() {
    let fake = Running::with(two_apps()).await;
    let wish = json!({ "appid": "wx-other" });
    let code = phone_code(&fake, wish).await;
    assert_eq!(ask(&fake, json!({ "code": code })).await["errcode"], 40013);
}

#[tokio::test]
async fn phone_bodies_are_json_with_a_code() {
    let fake = Running::start().await;
    let path = format!("{PATH}?access_token={}", fake.token().await);
    for (body, errcode) in [
        ("", 44002),
        ("code=x", 47001),
        ("{}", 47001),
        (r#"{"code":1}"#, 47001),
        (r#"{"code":"x"}"#, 40029),
    ] {
        let answer = fake.ask(Method::POST, &path, body.to_owned()).await;
        assert_eq!(answer["errcode"], errcode, "{body}");
    }
    assert_eq!(fake.get(&path).await["errcode"], 43002);
}
