//! Events as WeChat pushes them.

use aes::cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::NoPadding};
use axum::{Router, extract::Request, routing::post};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use fake_wechat::DEFAULT_APPID;
use reqwest::Method;
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};
use tokio::net::TcpListener;

use crate::support::{Running, START, text};

const TOKEN: &str = "AAAAA";
const AES_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

async fn push(fake: &Running, more: Value) -> Value {
    let mut wish = json!({ "openid": "oMei", "event": "user_authorization_revoke", "revoke_info": "6", "token": TOKEN });
    wish.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    fake.post("push", wish).await
}

async fn with_user() -> Running {
    let fake = Running::start().await;
    fake.put_user("oMei", json!({})).await;
    fake
}

fn parameter(push: &Value, name: &str) -> String {
    let query = text(push, "query");
    let value = query
        .split('&')
        .find_map(|pair| pair.strip_prefix(&format!("{name}=")));
    value.unwrap().to_owned()
}

fn signature(push: &Value, encrypt: Option<&str>) -> String {
    let (time, nonce) = (parameter(push, "timestamp"), parameter(push, "nonce"));
    let mut parts = vec![TOKEN, &time, &nonce];
    parts.extend(encrypt);
    parts.sort_unstable();
    hex::encode(Sha1::digest(parts.concat()))
}

fn body(push: &Value) -> Value {
    serde_json::from_str(&text(push, "body")).unwrap()
}

#[tokio::test]
async fn a_plain_event_names_the_user_as_openid_and_another_as_sender() {
    let push = push(&with_user().await, json!({})).await;
    assert_eq!(parameter(&push, "signature"), signature(&push, None));
    let event = body(&push);
    assert_eq!(
        (&event["OpenID"], &event["AppID"]),
        (&json!("oMei"), &json!(DEFAULT_APPID))
    );
    assert_eq!(event["Event"], "user_authorization_revoke");
    assert_eq!(
        (&event["MsgType"], &event["RevokeInfo"]),
        (&json!("event"), &json!("6"))
    );
    assert_eq!(event["CreateTime"], START.unix_seconds());
    assert_ne!(event["FromUserName"], "oMei");
}

#[tokio::test]
async fn a_secure_event_is_sealed_and_its_seal_is_signed() {
    let push = push(&with_user().await, json!({ "encoding_aes_key": AES_KEY })).await;
    let encrypt = text(&body(&push), "Encrypt");
    assert_eq!(
        parameter(&push, "msg_signature"),
        signature(&push, Some(&encrypt))
    );
    assert_eq!(parameter(&push, "encrypt_type"), "aes");
    let cipher = cbc::Decryptor::<aes::Aes256>::new(&[0; 32].into(), &[0; 16].into());
    let sealed = BASE64_STANDARD.decode(encrypt).unwrap();
    let plain = cipher.decrypt_padded_vec::<NoPadding>(&sealed).unwrap();
    assert_eq!(plain.len() % 32, 0);
    let padding = usize::from(*plain.last().unwrap());
    let length = usize::try_from(u32::from_be_bytes(plain[16..20].try_into().unwrap())).unwrap();
    let (event, appid) = plain[20..plain.len() - padding].split_at(length);
    assert_eq!(appid, DEFAULT_APPID.as_bytes());
    let event: Value = serde_json::from_slice(event).unwrap();
    assert_eq!(event["OpenID"], "oMei");
}

#[tokio::test]
async fn an_event_may_be_forged_untidy_or_nameless() {
    let fake = with_user().await;
    let secure = json!({ "encoding_aes_key": AES_KEY, "twist": "wrong_signature" });
    let forged = push(&fake, secure).await;
    let encrypt = text(&body(&forged), "Encrypt");
    assert_ne!(parameter(&forged, "signature"), signature(&forged, None));
    assert_ne!(
        parameter(&forged, "msg_signature"),
        signature(&forged, Some(&encrypt))
    );
    let untidy = body(&push(&fake, json!({ "twist": "stray_blanks" })).await);
    assert_eq!(untidy[" OpenID"], " oMei");
    let nameless = body(&push(&fake, json!({ "twist": "no_openid" })).await);
    assert!(!nameless.to_string().contains("oMei"), "{nameless}");
}

#[tokio::test]
async fn an_event_is_sent_and_sent_again_as_it_is() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/push?own=1", listener.local_addr().unwrap());
    let echo = async |request: Request| request.uri().query().unwrap().to_owned();
    let server = Router::new().route("/push", post(echo));
    let server = tokio::spawn(async move { axum::serve(listener, server).await });
    let fake = with_user().await;
    let sent = push(&fake, json!({ "url": url, "times": 2 })).await;
    let answer = json!({ "status": 200, "body": format!("own=1&{}", text(&sent, "query")) });
    assert_eq!(sent["answers"], json!([answer, answer]));
    server.abort();
    let _ = server.await; // it was aborted
    let lost = push(&fake, json!({ "url": url })).await;
    assert!(lost["answers"][0]["error"].is_string(), "{lost}");
}

#[tokio::test]
async fn a_malformed_aes_key_is_refused() {
    let fake = with_user().await;
    for key in ["", &AES_KEY[1..], "!"] {
        let wish = json!({ "openid": "oMei", "event": "user_info_modified", "token": TOKEN, "encoding_aes_key": key });
        let (status, answer) = fake.control(Method::POST, "push", wish).await;
        assert_eq!(status, 400, "{answer}");
    }
}
