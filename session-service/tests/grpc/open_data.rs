//! What WeChat encrypted for a user opens for that user, and ten mistakes are allowed.
use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use wx_proto::common::v1::ErrorReason;

use crate::{
    edge::reason,
    on_every_store,
    system::{Store, System},
    wechat::OpenData,
};

const BUDGET: usize = 10;

on_every_store!(
    a_phone_number_opens,
    user_info_opens_with_its_signature,
    data_fetched_before_a_second_login_opens,
    stale_data_does_not_open,
    the_eleventh_failure_is_refused_unseen,
    a_new_login_buys_no_new_attempts,
    misshapen_data_costs_nothing,
);

fn tampered(data: &OpenData) -> OpenData {
    let mut bytes = BASE64_STANDARD.decode(&data.encrypted_data).unwrap();
    bytes[0] ^= 1;
    OpenData {
        encrypted_data: BASE64_STANDARD.encode(bytes),
        ..data.clone()
    }
}

async fn assert_fails(system: &System, token: &str, data: &OpenData) {
    let refused = reason(system.decrypt(token, data.clone()).await);
    assert_eq!(refused, ErrorReason::DecryptFailed);
}

async fn a_phone_number_opens(store: Store) {
    let system = System::start(store).await;
    let openid = system.newcomer().await;
    let wish = json!({ "phone": "13800138000" });
    system.wechat.put_user(&openid, wish).await;
    let token = system.log_in(&openid).await;
    let data = system.wechat.open_data(&openid, "phone").await;
    // More often than one may fail: data that opens costs nothing.
    for _ in 0..=BUDGET {
        let json = system.decrypt(&token, data.clone()).await.unwrap();
        let number: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(number["purePhoneNumber"], "13800138000");
        assert_eq!(number["watermark"]["appid"], fake_wechat::DEFAULT_APPID);
    }
    assert_fails(&system, &token, &tampered(&data)).await;
    let stranger = system.token().await;
    assert_fails(&system, &stranger, &data).await;
    assert_eq!(system.count(r#"decrypts_total{outcome="ok"}"#), 11);
    assert_eq!(
        system.count(r#"decrypts_total{outcome="decrypt_failed"}"#),
        2
    );
}

async fn user_info_opens_with_its_signature(store: Store) {
    let system = System::start(store).await;
    let openid = system.newcomer().await;
    let token = system.log_in(&openid).await;
    let data = system.wechat.open_data(&openid, "user_info").await;
    assert!(data.raw_data.is_some() && data.signature.is_some());
    let json = system.decrypt(&token, data.clone()).await.unwrap();
    let info: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(info["openId"], *openid);
    let other_text = OpenData {
        raw_data: Some(r#"{"nickName":"somebody else"}"#.to_owned()),
        ..data.clone()
    };
    assert_fails(&system, &token, &other_text).await;
    let unsigned = OpenData {
        signature: None,
        ..data
    };
    let refused = reason(system.decrypt(&token, unsigned).await);
    assert_eq!(refused, ErrorReason::InvalidRequest);
}

async fn data_fetched_before_a_second_login_opens(store: Store) {
    let system = System::start(store).await;
    let openid = system.newcomer().await;
    let first = system.log_in(&openid).await;
    let data = system.wechat.open_data(&openid, "phone").await;
    let second = system.log_in(&openid).await;
    let newer = system.wechat.open_data(&openid, "phone").await;
    for token in [&first, &second] {
        system.decrypt(token, data.clone()).await.unwrap();
        system.decrypt(token, newer.clone()).await.unwrap();
    }
}

async fn stale_data_does_not_open(store: Store) {
    let system = System::start(store).await;
    let openid = system.newcomer().await;
    let token = system.log_in(&openid).await;
    let data = system.wechat.open_data(&openid, "phone").await;
    system.pass(Duration::from_mins(5));
    system.decrypt(&token, data.clone()).await.unwrap();
    system.pass(Duration::from_secs(1));
    assert_fails(&system, &token, &data).await;
}

/// Fails as often as is allowed.
async fn spend(system: &System, token: &str, data: &OpenData) {
    for _ in 0..BUDGET {
        assert_fails(system, token, &tampered(data)).await;
    }
}

async fn the_eleventh_failure_is_refused_unseen(store: Store) {
    let system = System::start(store).await;
    let openid = system.newcomer().await;
    let token = system.log_in(&openid).await;
    let data = system.wechat.open_data(&openid, "phone").await;
    spend(&system, &token, &data).await;
    // Not even good data is looked at: its answer would tell as much.
    for data in [tampered(&data), data] {
        let refused = system.decrypt(&token, data).await.unwrap_err();
        assert_eq!(refused.reason, ErrorReason::DecryptBudgetExhausted);
        assert_eq!(refused.retry_after, Some(Duration::from_hours(24)));
    }
    let other = system.newcomer().await;
    let theirs = system.log_in(&other).await;
    let data = system.wechat.open_data(&other, "phone").await;
    system.decrypt(&theirs, data).await.unwrap();
    system.pass(Duration::from_hours(24));
    let token = system.log_in(&openid).await;
    let data = system.wechat.open_data(&openid, "phone").await;
    system.decrypt(&token, data).await.unwrap();
}

async fn a_new_login_buys_no_new_attempts(store: Store) {
    let system = System::start(store).await;
    let openid = system.newcomer().await;
    let first = system.log_in(&openid).await;
    let data = system.wechat.open_data(&openid, "phone").await;
    spend(&system, &first, &data).await;
    system.logout(&first).await.unwrap();
    let second = system.log_in(&openid).await;
    let data = system.wechat.open_data(&openid, "phone").await;
    let refused = reason(system.decrypt(&second, data).await);
    assert_eq!(refused, ErrorReason::DecryptBudgetExhausted);
}

async fn misshapen_data_costs_nothing(store: Store) {
    let system = System::start(store).await;
    let openid = system.newcomer().await;
    let token = system.log_in(&openid).await;
    let data = system.wechat.open_data(&openid, "phone").await;
    let misshapen = [
        (String::new(), data.iv.clone()),
        ("not base64!".to_owned(), data.iv.clone()),
        (BASE64_STANDARD.encode([1; 33]), data.iv.clone()),
        (data.encrypted_data.clone(), String::new()),
        (data.encrypted_data.clone(), BASE64_STANDARD.encode([1; 15])),
    ];
    for (encrypted_data, iv) in misshapen.iter().cycle().take(3 * misshapen.len()) {
        let misshapen = OpenData {
            encrypted_data: encrypted_data.clone(),
            iv: iv.clone(),
            ..data.clone()
        };
        assert_fails(&system, &token, &misshapen).await;
    }
    system.decrypt(&token, data).await.unwrap();
}
