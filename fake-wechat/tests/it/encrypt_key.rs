//! `/wxa/business/getuserencryptkey`.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Running, START, proof, text};

const PATH: &str = "/wxa/business/getuserencryptkey";

async fn path(fake: &Running) -> String {
    let user = fake.put_user("oMei", json!({})).await;
    let signature = proof(&text(&user, "session_key"));
    let query = format!("openid=oMei&signature={signature}&sig_method=hmac_sha256");
    fake.with_token(&format!("{PATH}?{query}")).await
}

async fn ask(fake: &Running) -> Value {
    let answer = fake.get(&path(fake).await).await;
    assert_eq!(answer["errcode"], 0, "{answer}");
    answer["key_info_list"].clone()
}

#[tokio::test]
async fn an_encrypt_key_lives_an_hour_and_the_last_three_are_known() {
    let fake = Running::start().await;
    let first = ask(&fake).await;
    let made = START.unix_seconds();
    assert_eq!(
        (&first[0]["version"], &first[0]["expire_in"]),
        (&json!(1), &json!(3600))
    );
    assert_eq!(first[0]["create_time"], made);
    assert_eq!(text(&first[0], "encrypt_key").len(), 24);
    assert_eq!(text(&first[0], "iv").len(), 16);
    fake.clock.advance(Duration::from_secs(3599));
    let again = ask(&fake).await;
    assert_eq!(again[0]["encrypt_key"], first[0]["encrypt_key"]);
    assert_eq!(again[0]["expire_in"], 1);
    for _ in 0..3 {
        fake.clock.advance(Duration::from_hours(1));
        ask(&fake).await;
    }
    let last = ask(&fake).await;
    let lives: Vec<_> = last.as_array().unwrap().iter().collect();
    let lives: Vec<_> = lives
        .iter()
        .map(|key| (key["version"].clone(), key["expire_in"].clone()))
        .collect();
    assert_eq!(
        lives,
        [
            (json!(4), json!(3600)),
            (json!(3), json!(0)),
            (json!(2), json!(0))
        ]
    );
}

#[tokio::test]
async fn an_encrypt_key_is_given_by_either_verb() {
    let fake = Running::start().await;
    let answer = fake
        .ask(Method::POST, &path(&fake).await, String::new())
        .await;
    assert_eq!(answer["errcode"], 0);
}

#[tokio::test]
async fn an_encrypt_key_needs_the_proof_of_the_current_session_key() {
    let fake = Running::start().await;
    let path = path(&fake).await;
    fake.post("rotate-session-key", json!({ "openid": "oMei" }))
        .await;
    assert_eq!(fake.get(&path).await["errcode"], 87009);
    fake.post("expire-session-key", json!({ "openid": "oMei" }))
        .await;
    assert_eq!(fake.get(&path).await["errcode"], 87007);
    let other = path.replace("hmac_sha256", "hmac_md5");
    assert_eq!(fake.get(&other).await["errcode"], 87008);
}
