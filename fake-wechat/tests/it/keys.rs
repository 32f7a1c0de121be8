//! When a `session_key` changes.

use std::time::Duration;

use fake_wechat::Settings;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::Running;

const PLANTED: &str = "tiihtNczf5v6AKRyjwEUhQ==";

/// The key that a new login of this user brings.
async fn key_after_login(fake: &Running) -> Value {
    let code = fake.login_code("oMei").await;
    fake.exchange(&code).await["session_key"].clone()
}

/// The key that the user has, with nothing done to it.
async fn current_key(fake: &Running) -> Value {
    fake.put_user("oMei", json!({})).await["session_key"].clone()
}

#[tokio::test]
async fn each_login_code_rotates_the_key() {
    let fake = Running::start().await;
    let before = current_key(&fake).await;
    fake.login_code("oMei").await;
    let after = current_key(&fake).await;
    assert_ne!(before, after, "making the code rotates, not exchanging it");
    assert_eq!(after.as_str().unwrap().len(), 24);
    assert_ne!(key_after_login(&fake).await, after);
}

#[tokio::test]
async fn an_exchange_gives_the_key_current_at_that_time() {
    let fake = Running::start().await;
    fake.put_user("oMei", json!({})).await;
    let first = fake.login_code("oMei").await;
    fake.login_code("oMei").await;
    assert_eq!(
        fake.exchange(&first).await["session_key"],
        current_key(&fake).await
    );
}

#[tokio::test]
async fn a_young_key_survives_a_login_code() {
    let minimum = Duration::from_mins(1);
    let fake = Running::with(Settings {
        key_rotation_min: minimum,
        ..Settings::default()
    })
    .await;
    let first = current_key(&fake).await;
    fake.clock.advance(Duration::from_millis(59_999));
    assert_eq!(key_after_login(&fake).await, first);
    fake.clock.advance(Duration::from_millis(1));
    assert_ne!(key_after_login(&fake).await, first);
}

#[tokio::test]
async fn a_planted_key_stays_until_rotated() {
    let fake = Running::start().await;
    fake.put_user("oMei", json!({ "session_key": PLANTED }))
        .await;
    for _ in 0..3 {
        assert_eq!(key_after_login(&fake).await, PLANTED);
    }
    assert_eq!(
        fake.post("rotate-session-key", json!({ "openid": "oMei" }))
            .await,
        Value::Null
    );
    let rotated = current_key(&fake).await;
    assert_ne!(rotated, PLANTED);
    assert_ne!(key_after_login(&fake).await, rotated, "the plant is gone");
}

#[tokio::test]
async fn a_malformed_key_cannot_be_planted() {
    let fake = Running::start().await;
    let unpadded = "tiihtNczf5v6AKRyjwEUhQ";
    let non_canonical = "tiihtNczf5v6AKRyjwEUhR==";
    let url_safe = "-iihtNczf5v6AKRyjwEUhQ==";
    let short = "c2hvcnQ=";
    for key in ["", unpadded, non_canonical, url_safe, short] {
        let (status, answer) = fake
            .control(Method::PUT, "users/oMei", json!({ "session_key": key }))
            .await;
        assert_eq!(status, 400, "{key}");
        assert_eq!(
            answer["error"],
            "session_key is not the padded base64 text of 16 bytes"
        );
    }
}
