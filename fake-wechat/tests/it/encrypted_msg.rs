//! `/wxa/business/checkencryptedmsg`.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use fake_wechat::{MessageHash, Settings};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{Running, START, text};

const PATH: &str = "/wxa/business/checkencryptedmsg";

async fn data(fake: &Running, kind: &str) -> String {
    fake.put_user("oMei", json!({})).await;
    let wanted = json!({ "openid": "oMei", "kind": kind });
    text(&fake.post("open-data", wanted).await, "encryptedData")
}

async fn ask(fake: &Running, hash: &str) -> Value {
    fake.call_with(PATH, json!({ "encrypted_msg_hash": hash }))
        .await
}

fn hash(bytes: impl AsRef<[u8]>) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[tokio::test]
async fn an_encrypted_phone_number_is_known_for_three_days() {
    let fake = Running::start().await;
    let hash = hash(data(&fake, "phone").await);
    fake.clock.advance(Duration::from_hours(72));
    let made = START.unix_seconds();
    assert_eq!(
        ask(&fake, &hash).await,
        json!({ "errcode": 0, "errmsg": "ok", "vaild": true, "create_time": made })
    );
    fake.clock.advance(Duration::from_secs(1));
    let answer = ask(&fake, &hash).await;
    assert_eq!(answer["errcode"], 1);
    assert!(text(&answer, "errmsg").starts_with("data not exit rid: "));
}

#[tokio::test]
async fn other_data_is_not_known() {
    let fake = Running::start().await;
    let hash = hash(data(&fake, "user_info").await);
    assert_eq!(ask(&fake, &hash).await["errcode"], 1);
}

#[tokio::test]
async fn the_hash_is_over_the_text_unless_told_otherwise() {
    let decoded = |text: &str| hash(BASE64_STANDARD.decode(text).unwrap());
    let fake = Running::start().await;
    let data_by_text = data(&fake, "phone").await;
    assert_eq!(ask(&fake, &decoded(&data_by_text)).await["errcode"], 1);
    let fake = Running::with(Settings {
        message_hash: MessageHash::Bytes,
        ..Settings::default()
    })
    .await;
    let data = data(&fake, "phone").await;
    assert_eq!(ask(&fake, &decoded(&data)).await["errcode"], 0);
    assert_eq!(ask(&fake, &hash(data)).await["errcode"], 1);
}

#[tokio::test]
async fn a_hash_is_lower_case_hex_of_sha256() {
    let fake = Running::start().await;
    let hash = hash(data(&fake, "phone").await);
    for wrong in [&hash[1..], &hash.to_uppercase(), ""] {
        assert_eq!(ask(&fake, wrong).await["errcode"], 40097, "{wrong}");
    }
    assert_eq!(fake.call_with(PATH, json!({})).await["errcode"], 47001);
}
