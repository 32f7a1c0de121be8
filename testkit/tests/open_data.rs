//! Data that WeChat encrypted, from the mini-program's side.
use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use testkit::{Stage, story};

#[tokio::test]
async fn a_phone_number_is_opened() {
    story(async {
        let stage = Stage::start().await;
        stage
            .wechat
            .user("oMei", json!({ "phone": "13800000001" }))
            .await;
        let token = stage.log_in("oMei").await;
        let data = stage.wechat.open_data("oMei", "phone").await;
        let opened = stage.phone.decrypt(&token, &data).await.expect(200);
        assert_eq!(opened.body["data"]["purePhoneNumber"], "13800000001");
        let info = stage.wechat.open_data("oMei", "user_info").await;
        assert!(info["rawData"].is_string() && info["signature"].is_string());
        let opened = stage.phone.decrypt(&token, &info).await.expect(200);
        assert_eq!(opened.body["data"]["openId"], "oMei");
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn data_fetched_before_a_second_login_still_opens() {
    story(async {
        let stage = Stage::start().await;
        stage.log_in("oMei").await;
        let data = stage.wechat.open_data("oMei", "phone").await;
        let token = stage.log_in("oMei").await; // displaces the session_key
        stage.phone.decrypt(&token, &data).await.expect(200);
        stage.end().await;
    })
    .await;
}

fn with(data: &Value, name: &str, value: &str) -> Value {
    let mut changed = data.clone();
    changed[name] = json!(value);
    changed
}

/// One bit changed, somewhere in the base64 of `data[name]`.
fn flipped(data: &Value, name: &str, at: usize) -> Value {
    let mut bytes = BASE64_STANDARD
        .decode(data[name].as_str().expect("text"))
        .expect("base64");
    bytes[at] ^= 1;
    with(data, name, &BASE64_STANDARD.encode(bytes))
}

#[tokio::test]
async fn tampered_or_foreign_data_is_refused_in_one_way() {
    story(async {
        let stage = Stage::start().await;
        let token = stage.log_in("oMei").await;
        let data = stage.wechat.open_data("oMei", "user_info").await;
        stage.log_in("oLi").await;
        let foreign = stage.wechat.open_data("oLi", "phone").await;
        let mut answers = Vec::new();
        for bad in [
            flipped(&data, "iv", 11),           // the first letters of openId
            flipped(&data, "encryptedData", 0), // a block of plaintext
            with(&data, "encryptedData", "AAAA"),
            with(&data, "iv", "not base64"),
            with(&data, "signature", &"0".repeat(40)),
            foreign,
        ] {
            let answer = stage.phone.decrypt(&token, &bad).await;
            assert_eq!(answer.problem(), (422, "decrypt_failed"), "{bad}");
            let mut body = answer.body;
            body["trace_id"] = Value::Null;
            answers.push(body);
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        stage.end().await;
    })
    .await;
}

/// Whatever a client sends as data: one answer, no panic, and no attempt is spent on what no cipher
/// could open.
#[tokio::test]
async fn misshapen_data_is_refused_in_one_way_and_costs_nothing() {
    story(async {
        let stage = Stage::start().await;
        let token = stage.log_in("oMei").await;
        let good = stage.wechat.open_data("oMei", "phone").await;
        let mut runner = TestRunner::new(Config::default());
        let texts = prop_oneof!["[A-Za-z0-9+/=]{0,48}", "\\PC{0,24}", "[A-Za-z0-9_-]{24}"];
        for round in 0..100 {
            let text = texts.new_tree(&mut runner).expect("a text").current();
            let decoded = BASE64_STANDARD.decode(&text).map(|bytes| bytes.len());
            if decoded.is_ok_and(|length| length > 0 && length % 16 == 0) {
                continue; // of the right shape, by chance
            }
            let bad = with(&good, ["encryptedData", "iv"][round % 2], &text);
            let answer = stage.phone.decrypt(&token, &bad).await;
            assert_eq!(answer.problem(), (422, "decrypt_failed"), "{bad}");
        }
        stage.phone.decrypt(&token, &good).await.expect(200);
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn the_eleventh_failure_of_a_user_is_refused_unseen() {
    story(async {
        let stage = Stage::on_redis().await;
        let token = stage.log_in("oMei").await;
        let data = stage.wechat.open_data("oMei", "phone").await;
        let bad = flipped(&data, "encryptedData", 40);
        for _ in 0..10 {
            stage.phone.decrypt(&token, &bad).await.expect(422);
        }
        let again = stage.log_in("oMei").await;
        let refused = stage.phone.decrypt(&again, &data).await;
        assert_eq!(refused.problem(), (429, "decrypt_budget_exhausted"));
        assert!(!refused.header("retry-after").is_empty());
        stage.wait(Duration::from_hours(24));
        let (later, fresh) = (
            stage.log_in("oMei").await,
            stage.wechat.open_data("oMei", "phone").await,
        );
        stage.phone.decrypt(&later, &fresh).await.expect(200);
        stage.end().await;
    })
    .await;
}

/// The sample that WeChat ships with its `WXBizDataCrypt` demos, from a published key to plain JSON,
/// through the whole system.
#[tokio::test]
async fn the_official_sample_goes_through_the_whole_system() {
    const APPID: &str = "wx4f4bc4dec97d474b";
    const OPENID: &str = "oGZUI0egBJY1zhBYw2KhdUfwVJJE";
    story(async {
        let stage = Stage::with(|plan| {
            plan.crypto.crypto.watermark_max_age = Duration::from_hours(24 * 365 * 20);
            let app = format!("[[apps]]\nappid = '{APPID}'\nsecret = 'sample'");
            let apps: session_service::Config = service_kit::config::parse(&app).expect("an app");
            plan.session.apps = apps.apps;
            plan.fake_wechat(std::net::SocketAddr::from(([127, 0, 0, 1], 0)))
                .expect("a fake");
        })
        .await;
        let planted = json!({ "session_key": "tiihtNczf5v6AKRyjwEUhQ==" });
        stage.wechat.user(OPENID, planted).await;
        let token = stage.log_in(OPENID).await;
        let sample: Value =
            serde_json::from_str(include_str!("open_data/sample.json")).expect("JSON");
        let opened = stage
            .phone
            .decrypt(&token, &sample["request"])
            .await
            .expect(200);
        assert_eq!(opened.body["data"], sample["plaintext"]);
        stage.end().await;
    })
    .await;
}
