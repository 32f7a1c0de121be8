//! Open data opens under the user's key and has WeChat's shape.

use aes::cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use fake_wechat::DEFAULT_APPID;
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};

use crate::support::Running;

const KEY: &str = "tiihtNczf5v6AKRyjwEUhQ==";

fn bytes(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap()).unwrap()
}

fn open(data: &Value, key: &str) -> Option<String> {
    let (key, iv) = (STANDARD.decode(key).unwrap(), bytes(&data["iv"]));
    let cipher = cbc::Decryptor::<aes::Aes128>::new_from_slices(&key, &iv).unwrap();
    let plain = cipher
        .decrypt_padded_vec::<Pkcs7>(&bytes(&data["encryptedData"]))
        .ok()?;
    String::from_utf8(plain).ok()
}

/// A fake with the user `oMei`, and what their client gets of this kind.
async fn made(user: Value, kind: &str) -> (Running, Value) {
    let fake = Running::start().await;
    fake.put_user("oMei", user).await;
    let data = fake.post(
        "open-data",
        json!({ "openid": "oMei", "kind": kind, "timestamp": 1_477_314_187 }),
    );
    let data = data.await;
    (fake, data)
}

fn watermark() -> String {
    format!(r#""watermark":{{"timestamp":1477314187,"appid":"{DEFAULT_APPID}"}}}}"#)
}

#[tokio::test]
async fn user_info_holds_ids_and_profile() {
    let user = json!({ "session_key": KEY, "nickname": "Band", "unionid": "oUnion" });
    let (_, data) = made(user, "user_info").await;
    let plain = open(&data, KEY).unwrap();
    assert!(
        plain.starts_with(r#"{"openId":"oMei","nickName":"Band","gender":1,"language":"zh_CN","#),
        "{plain}"
    );
    assert!(
        plain.ends_with(&format!(r#","unionId":"oUnion",{}"#, watermark())),
        "{plain}"
    );
}

#[tokio::test]
async fn a_user_without_nickname_is_anonymous() {
    let (_, data) = made(json!({ "session_key": KEY, "unionid": null }), "user_info").await;
    let plain = open(&data, KEY).unwrap();
    let blank = r#"{"openId":"oMei","nickName":"微信用户","gender":0,"language":"","city":"","province":"","country":"","avatarUrl":"https:"#;
    assert!(plain.starts_with(blank), "{plain}");
    assert!(!plain.contains("unionId"), "{plain}");
}

#[tokio::test]
async fn raw_data_is_signed_with_the_key_text() {
    let (_, data) = made(json!({ "session_key": KEY }), "user_info").await;
    let raw_data = data["rawData"].as_str().unwrap();
    assert!(
        raw_data.starts_with(r#"{"nickName":"微信用户","#),
        "{raw_data}"
    );
    assert!(
        !raw_data.contains("openId") && !raw_data.contains("watermark"),
        "{raw_data}"
    );
    let hash = Sha1::digest(format!("{raw_data}{KEY}"));
    let expected = hash
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    assert_eq!(data["signature"], expected);
}

#[tokio::test]
async fn a_phone_number_makes_146_bytes() {
    let (_, data) = made(
        json!({ "session_key": KEY, "phone": "10012345678" }),
        "phone",
    )
    .await;
    let plain = open(&data, KEY).unwrap();
    let start =
        r#"{"phoneNumber":"10012345678","purePhoneNumber":"10012345678","countryCode":"86","#;
    assert_eq!(plain, format!("{start}{}", watermark()));
    assert_eq!(plain.len(), 146, "as long as the real ones");
    assert_eq!(
        (&data["rawData"], &data["signature"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn we_run_holds_a_month_of_midnights_in_china() {
    let (_, data) = made(json!({ "session_key": KEY }), "we_run").await;
    let plain: Value = serde_json::from_str(&open(&data, KEY).unwrap()).unwrap();
    let days = plain["stepInfoList"].as_array().unwrap();
    let last = days[30]["timestamp"].as_u64().unwrap();
    assert_eq!(
        (days.len(), last),
        (31, 1_477_238_400),
        "2016-10-24 00:00 in China"
    );
    assert!(days.windows(2).all(|two| {
        two[1]["timestamp"].as_u64().unwrap() - two[0]["timestamp"].as_u64().unwrap() == 86_400
    }));
    assert!(days.iter().all(|day| day["step"].is_u64()));
}

#[tokio::test]
async fn chat_ids_have_their_own_spelling() {
    let (fake, share) = made(json!({ "session_key": KEY }), "share").await;
    let share = open(&share, KEY).unwrap();
    assert!(
        share.starts_with(r#"{"openGId":"G"#) && share.ends_with(&watermark()),
        "{share}"
    );
    let group = fake
        .post("open-data", json!({ "openid": "oMei", "kind": "group" }))
        .await;
    let group: Value = serde_json::from_str(&open(&group, KEY).unwrap()).unwrap();
    assert!(
        group["opengid"].is_string() && group["group_openid"].is_string(),
        "{group}"
    );
    assert_eq!(
        (&group["open_single_roomid"], group["chat_type"].is_u64()),
        (&json!(""), true)
    );
    assert_eq!(
        group["watermark"]["timestamp"], 1_800_000_000,
        "now, when no time is asked for"
    );
}

#[tokio::test]
async fn data_is_sealed_under_the_current_key_alone() {
    let (fake, before) = made(json!({ "session_key": KEY }), "phone").await;
    fake.post("rotate-session-key", json!({ "openid": "oMei" }))
        .await;
    let key = fake.put_user("oMei", json!({})).await["session_key"].clone();
    let key = key.as_str().unwrap();
    let after = fake
        .post("open-data", json!({ "openid": "oMei", "kind": "phone" }))
        .await;
    assert!(open(&after, key).unwrap().contains("phoneNumber"));
    assert!(open(&before, key).is_none_or(|text| !text.contains("phoneNumber")));
    assert_ne!(before["iv"], after["iv"]);
}

#[tokio::test]
async fn a_user_profile_holds_no_ids() {
    let (_, data) = made(
        json!({ "session_key": KEY, "nickname": "Band" }),
        "user_profile",
    )
    .await;
    let plain = open(&data, KEY).unwrap();
    assert!(
        plain.starts_with(r#"{"nickName":"Band","gender":1,"#),
        "{plain}"
    );
    assert!(
        !plain.contains("openId") && !plain.contains("unionId"),
        "{plain}"
    );
    assert!(data["signature"].is_string());
}

#[tokio::test]
async fn a_foreign_number_has_its_countrys_prefix() {
    let user = json!({ "session_key": KEY, "phone": "51234567", "country_code": "852" });
    let (_, data) = made(user, "phone").await;
    let plain = open(&data, KEY).unwrap();
    let expected =
        r#"{"phoneNumber":"+85251234567","purePhoneNumber":"51234567","countryCode":"852","#;
    assert!(plain.starts_with(expected), "{plain}");
}

#[tokio::test]
async fn a_chat_of_two_is_no_group() {
    let (_, data) = made(json!({ "session_key": KEY }), "single_chat").await;
    let plain = open(&data, KEY).unwrap();
    assert!(
        plain.starts_with(r#"{"opengid":"","open_single_roomid":"G"#),
        "{plain}"
    );
}
