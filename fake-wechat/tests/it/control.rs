//! The control API: users and codes, and what it refuses.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Running, two_apps};

fn is_identifier(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    let letters = text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    text.len() == 28 && text.starts_with('o') && letters
}

#[tokio::test]
async fn what_a_new_user_lacks_is_invented() {
    let fake = Running::start().await;
    let user = fake.put_user("oMei", json!({})).await;
    assert_eq!(
        (&user["openid"], &user["blocked"]),
        (&json!("oMei"), &json!(false))
    );
    assert_eq!(user["appid"], fake_wechat::DEFAULT_APPID);
    assert!(is_identifier(&user["unionid"]), "{user}");
    assert_eq!(user["session_key"].as_str().unwrap().len(), 24);
    assert_eq!(user["phone"].as_str().unwrap().len(), 11);
}

#[tokio::test]
async fn what_is_left_out_stays_as_it_was() {
    let fake = Running::start().await;
    let wish = json!({ "unionid": "oUnion", "phone": "10012345678", "nickname": "Mei" });
    let mut user = fake.put_user("oMei", wish).await;
    user["blocked"] = json!(true);
    assert_eq!(
        fake.put_user("oMei", json!({ "blocked": true })).await,
        user
    );
}

#[tokio::test]
async fn a_unionid_can_be_taken_away() {
    let fake = Running::start().await;
    fake.put_user("oMei", json!({ "unionid": "oUnion" })).await;
    assert_eq!(
        fake.put_user("oMei", json!({ "unionid": null })).await["unionid"],
        Value::Null
    );
    assert_eq!(
        fake.put_user("oMei", json!({})).await["unionid"],
        Value::Null
    );
}

#[tokio::test]
async fn a_login_code_without_openid_brings_a_new_user() {
    let fake = Running::start().await;
    let (_, first) = fake.control(Method::POST, "login-code", Value::Null).await;
    assert!(
        first["error"]
            .as_str()
            .unwrap()
            .starts_with("the body cannot be read"),
        "{first}"
    );
    let empty = fake
        .send(Method::POST, "/_fake/login-code", String::new())
        .await
        .unwrap();
    let first: Value = empty.json().await.unwrap();
    let second = fake.post("login-code", json!({})).await;
    assert!(is_identifier(&first["openid"]), "{first}");
    assert_ne!(first["openid"], second["openid"]);
    let code = first["code"].as_str().unwrap();
    assert!(
        code.len() == 32 && code.bytes().all(|b| b.is_ascii_alphanumeric()),
        "{code}"
    );
}

#[tokio::test]
async fn a_user_is_found_in_the_app_that_has_them() {
    let fake = Running::with(two_apps()).await;
    fake.put_user(
        "oMei",
        json!({ "appid": "wx-other", "phone": "10011112222" }),
    )
    .await;
    assert_eq!(fake.put_user("oMei", json!({})).await["appid"], "wx-other");
    let own = fake
        .put_user("oMei", json!({ "appid": fake_wechat::DEFAULT_APPID }))
        .await;
    assert_ne!(
        own["phone"], "10011112222",
        "another app's user of the same openid"
    );
    assert_eq!(
        fake.put_user("oMei", json!({})).await,
        own,
        "the first app comes first"
    );
}

#[tokio::test]
async fn an_unknown_user_is_named_in_the_404() {
    let fake = Running::start().await;
    let asked = [
        ("login-code", json!({ "openid": "oNobody" })),
        ("phone-code", json!({ "openid": "oNobody" })),
        ("open-data", json!({ "openid": "oNobody", "kind": "phone" })),
        ("rotate-session-key", json!({ "openid": "oNobody" })),
    ];
    for (call, body) in asked {
        let (status, answer) = fake.control(Method::POST, call, body).await;
        assert_eq!(status, 404, "{call}");
        assert!(
            answer["error"]
                .as_str()
                .unwrap()
                .starts_with("there is no user oNobody"),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_mistaken_body_is_a_400_that_says_why() {
    let fake = Running::start().await;
    let mistakes = [
        ("users/oMei", "{", "the body cannot be read: EOF"),
        (
            "users/oMei",
            r#"{"name":"Mei"}"#,
            "the body cannot be read: unknown field `name`",
        ),
        (
            "users/oMei",
            r#"{"appid":"wx-unknown"}"#,
            "there is no app wx-unknown",
        ),
        (
            "users/oMei",
            r#"{"phone":"+1 555"}"#,
            "phone is not 4 to 20 digits",
        ),
        (
            "users/oMei",
            r#"{"unionid":""}"#,
            "unionid is not 1 to 64 characters",
        ),
        ("users/o%20Mei", "{}", "openid is not 1 to 64 characters"),
        (
            "faults",
            r#"{"path":"/"}"#,
            "the body cannot be read: invalid type: map",
        ),
    ];
    for (call, body, error) in mistakes {
        let response = fake
            .send(Method::PUT, &format!("/_fake/{call}"), body.to_owned())
            .await
            .unwrap();
        assert_eq!(response.status(), 400, "{body}");
        let answer: Value = response.json().await.unwrap();
        assert!(
            answer["error"].as_str().unwrap().starts_with(error),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn calls_outside_the_control_api_are_refused() {
    let fake = Running::start().await;
    assert_eq!(
        fake.control(Method::GET, "nonsense", Value::Null).await.0,
        404
    );
    assert_eq!(
        fake.control(Method::GET, "login-code", Value::Null).await.0,
        405
    );
}
