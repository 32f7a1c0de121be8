//! What an app's owner sets: addresses, a frozen secret, limits, the bond to the Open Platform.

use std::time::Duration;

use fake_wechat::{DEFAULT_APPID, DEFAULT_SECRET};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Running, STABLE_TOKEN, text};

async fn put_app(fake: &Running, wish: Value) -> Value {
    let call = format!("apps/{DEFAULT_APPID}");
    let (status, app) = fake.control(Method::PUT, &call, wish).await;
    assert_eq!(status, 200, "{app}");
    app
}

async fn plain(fake: &Running) -> Value {
    let query = format!("appid={DEFAULT_APPID}&secret={DEFAULT_SECRET}");
    fake.get(&format!(
        "/cgi-bin/token?grant_type=client_credential&{query}"
    ))
    .await
}

#[tokio::test]
async fn an_address_that_is_not_listed_is_named() {
    let fake = Running::start().await;
    put_app(&fake, json!({ "allowed_ips": ["36.44.1.202"] })).await;
    for answer in [plain(&fake).await, fake.stable(false).await] {
        assert_eq!(answer["errcode"], 40164);
        let expected = "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist rid: ";
        assert!(text(&answer, "errmsg").starts_with(expected), "{answer}");
    }
    let code = fake.any_login_code().await;
    assert!(
        fake.exchange(&code).await["openid"].is_string(),
        "the list is for tokens"
    );
    put_app(&fake, json!({ "allowed_ips": ["127.0.0.1"] })).await;
    assert_eq!(plain(&fake).await["expires_in"], 7200);
    put_app(&fake, json!({ "allowed_ips": null })).await;
    assert_eq!(plain(&fake).await["expires_in"], 7200);
}

#[tokio::test]
async fn an_administrators_refusal_bars_for_an_hour_and_a_second_for_a_day() {
    let fake = Running::start().await;
    for (confirmation, hours, errcode) in [("refused", 1, 89507), ("refused_twice", 24, 89506)] {
        put_app(&fake, json!({ "confirmation": confirmation })).await;
        assert_eq!(fake.stable(false).await["errcode"], errcode);
        fake.clock.advance(Duration::from_secs(hours * 3600 - 1));
        assert_eq!(fake.stable(false).await["errcode"], errcode);
        fake.clock.advance(Duration::from_secs(1));
        assert_eq!(fake.stable(false).await["errcode"], 89503, "asked again");
    }
    put_app(&fake, json!({ "confirmation": "pending" })).await;
    assert_eq!(plain(&fake).await["errcode"], 89503);
    put_app(&fake, json!({ "confirmation": null })).await;
    assert_eq!(plain(&fake).await["expires_in"], 7200);
}

#[tokio::test]
async fn a_frozen_secret_stops_new_tokens_and_logins_but_not_old_tokens() {
    let fake = Running::start().await;
    let (token, code) = (fake.token().await, fake.any_login_code().await);
    put_app(&fake, json!({ "frozen": true })).await;
    assert_eq!(plain(&fake).await["errcode"], 40243);
    assert_eq!(fake.stable(false).await["errcode"], 40243);
    assert_eq!(fake.errcode(&code).await, 40243);
    assert_eq!(fake.verdict(&token).await, Value::Null);
    put_app(&fake, json!({ "frozen": false })).await;
    assert!(fake.exchange(&code).await["openid"].is_string());
}

#[tokio::test]
async fn an_app_that_is_not_bound_has_no_unionids() {
    let fake = Running::start().await;
    put_app(&fake, json!({ "bound": false })).await;
    let code = fake.any_login_code().await;
    assert_eq!(fake.exchange(&code).await.get("unionid"), None);
    put_app(&fake, json!({ "bound": true })).await;
    let code = fake.any_login_code().await;
    assert!(fake.exchange(&code).await["unionid"].is_string());
}

#[tokio::test]
async fn limits_of_a_minute_and_of_a_day_differ() {
    let fake = Running::start().await;
    let limits = json!({ STABLE_TOKEN: { "per_minute": 2, "per_day": 3 } });
    assert_eq!(fake.control(Method::PUT, "quotas", limits).await.0, 204);
    fake.token().await;
    fake.token().await;
    let answer = fake.stable(false).await;
    assert_eq!(answer["errcode"], 45011);
    let expected = "api minute-quota reach limit  mustslower  retry next minute rid: ";
    assert!(text(&answer, "errmsg").starts_with(expected), "{answer}");
    fake.clock.advance(Duration::from_mins(1));
    fake.token().await;
    let answer = fake.stable(false).await;
    assert_eq!(answer["errcode"], 45009);
    let expected = "reach max api daily quota limit rid: ";
    assert!(text(&answer, "errmsg").starts_with(expected), "{answer}");
}

#[tokio::test]
async fn an_app_that_is_not_known_cannot_be_changed() {
    let fake = Running::start().await;
    let (status, _) = fake
        .control(Method::PUT, "apps/wx-unknown", json!({}))
        .await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn a_secret_is_changed_with_or_without_an_overlap() {
    let fake = Running::start().await;
    let new = "1fa4e0fa4e0fa4e0fa4e0fa4e0fa4e00";
    for (secrets, old_is_right) in [(json!([DEFAULT_SECRET, new]), true), (json!([new]), false)] {
        let shown = put_app(&fake, json!({ "secrets": secrets })).await;
        assert!(!shown.to_string().contains(new), "{shown}");
        let answer = plain(&fake).await;
        assert_eq!(answer["access_token"].is_string(), old_is_right, "{answer}");
        let query = format!("appid={DEFAULT_APPID}&secret={new}");
        let path = format!("/cgi-bin/token?grant_type=client_credential&{query}");
        assert!(fake.get(&path).await["access_token"].is_string());
    }
    assert_eq!(plain(&fake).await["errcode"], 40125);
}
