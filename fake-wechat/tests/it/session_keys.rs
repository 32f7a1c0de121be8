//! `/wxa/checksession` and `/wxa/resetusersessionkey`.

use std::time::Duration;

use fake_wechat::Settings;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Running, proof, text};

const CHECK: &str = "/wxa/checksession";
const RESET: &str = "/wxa/resetusersessionkey";
/// Of the documentation; HMAC-SHA256 over nothing with this text as the key is the next.
const KEY: &str = "o0q0otL8aEzpcZL/FT9WsQ==";
const PROOF: &str = "46e043c5525c2d817c44be603d30837a808a1d930d038f6fdc3e62a201fed128";

async fn ask(fake: &Running, path: &str, openid: &str, signature: &str) -> Value {
    let token = fake.token().await;
    fake.get(&format!(
        "{path}?access_token={token}&openid={openid}&signature={signature}&sig_method=hmac_sha256"
    ))
    .await
}

async fn with_key() -> Running {
    let fake = Running::start().await;
    fake.put_user("oMei", json!({ "session_key": KEY })).await;
    fake
}

#[tokio::test]
async fn the_proof_is_made_with_the_text_of_the_current_key() {
    let fake = with_key().await;
    let answer = ask(&fake, CHECK, "oMei", PROOF).await;
    assert_eq!(answer, json!({ "errcode": 0, "errmsg": "ok" }));
    for wrong in [&PROOF.to_uppercase(), "x"] {
        assert_eq!(ask(&fake, CHECK, "oMei", wrong).await["errcode"], 87009);
    }
    fake.post("rotate-session-key", json!({ "openid": "oMei" }))
        .await;
    assert_eq!(ask(&fake, CHECK, "oMei", PROOF).await["errcode"], 87009);
}

#[tokio::test]
async fn a_check_does_not_tell_why_a_key_is_not_the_users() {
    let fake = with_key().await;
    assert_eq!(ask(&fake, CHECK, "oNobody", PROOF).await["errcode"], 87009);
    fake.post("expire-session-key", json!({ "openid": "oMei" }))
        .await;
    assert_eq!(ask(&fake, CHECK, "oMei", PROOF).await["errcode"], 87009);
}

#[tokio::test]
async fn a_reset_gives_a_new_key_and_ends_the_old_one() {
    let fake = with_key().await;
    let answer = ask(&fake, RESET, "oMei", PROOF).await;
    assert_eq!(
        (&answer["errcode"], &answer["openid"]),
        (&json!(0), &json!("oMei"))
    );
    let key = text(&answer, "session_key");
    assert_ne!(key, KEY);
    assert_eq!(fake.put_user("oMei", json!({})).await["session_key"], key);
    assert_eq!(ask(&fake, RESET, "oMei", PROOF).await["errcode"], 87009);
}

#[tokio::test]
async fn a_reset_tells_a_dead_key_from_a_wrong_proof() {
    let fake = with_key().await;
    assert_eq!(ask(&fake, RESET, "oMei", "x").await["errcode"], 87009);
    assert_eq!(ask(&fake, RESET, "oNobody", PROOF).await["errcode"], 87007);
    fake.post("expire-session-key", json!({ "openid": "oMei" }))
        .await;
    assert_eq!(ask(&fake, RESET, "oMei", PROOF).await["errcode"], 87007);
}

#[tokio::test]
async fn a_reset_key_inherits_what_was_left_of_the_life() {
    let fake = Running::with(Settings {
        key_life: Some(Duration::from_hours(1)),
        key_rotation_min: Duration::from_hours(9),
        ..Settings::default()
    })
    .await;
    fake.put_user("oMei", json!({})).await;
    let born = key(&fake).await;
    fake.clock.advance(Duration::from_mins(59));
    assert_eq!(reset(&fake, &born).await["errcode"], 0);
    let reset_key = key(&fake).await;
    fake.clock.advance(Duration::from_mins(1));
    fake.login_code("oMei").await;
    assert_ne!(key(&fake).await, reset_key, "a dead key is young and goes");
}

#[tokio::test]
async fn resetting_one_user_often_meets_a_limit() {
    let fake = Running::start().await;
    fake.put_user("oMei", json!({})).await;
    for _ in 0..10 {
        let key = key(&fake).await;
        assert_eq!(reset(&fake, &key).await["errcode"], 0);
    }
    let key = key(&fake).await;
    assert_eq!(reset(&fake, &key).await["errcode"], 45011);
    fake.clock.advance(Duration::from_mins(1));
    assert_eq!(reset(&fake, &key).await["errcode"], 0);
}

#[tokio::test]
async fn session_key_calls_judge_their_query() {
    let fake = with_key().await;
    let token = fake.token().await;
    for path in [CHECK, RESET] {
        for (query, errcode) in [
            ("", 40097),
            ("&openid=oMei", 40097),
            ("&openid=oMei&signature=x", 87008),
            ("&openid=oMei&signature=x&sig_method=hmac_sha1", 87008),
        ] {
            let answer = fake
                .get(&format!("{path}?access_token={token}{query}"))
                .await;
            assert_eq!(answer["errcode"], errcode, "{path} {query}");
        }
        let post = fake.ask(Method::POST, path, String::new()).await;
        assert_eq!(post["errcode"], 43001);
    }
}

async fn key(fake: &Running) -> String {
    text(&fake.put_user("oMei", json!({})).await, "session_key")
}

async fn reset(fake: &Running, key: &str) -> Value {
    ask(fake, RESET, "oMei", &proof(key)).await
}
