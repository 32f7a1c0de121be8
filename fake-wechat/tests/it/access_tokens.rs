//! `/cgi-bin/token`, and what a token is refused with.

use std::time::Duration;

use fake_wechat::{DEFAULT_APPID, DEFAULT_SECRET};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Running, text};

const TOKEN: &str = "/cgi-bin/token?grant_type=client_credential";
const SECOND: Duration = Duration::from_secs(1);

async fn plain(fake: &Running) -> String {
    let path = format!("{TOKEN}&appid={DEFAULT_APPID}&secret={DEFAULT_SECRET}");
    text(&fake.get(&path).await, "access_token")
}

#[tokio::test]
async fn a_token_lives_two_hours() {
    let fake = Running::start().await;
    let path = format!("{TOKEN}&appid={DEFAULT_APPID}&secret={DEFAULT_SECRET}");
    let answer = fake.get(&path).await;
    assert_eq!(answer["expires_in"], 7200);
    assert_eq!(answer.get("errcode"), None);
    let token = text(&answer, "access_token");
    assert_eq!(token.len(), 512, "the longest that is announced");
    fake.clock.advance(7199 * SECOND);
    assert_eq!(fake.verdict(&token).await, Value::Null);
    fake.clock.advance(SECOND);
    assert_eq!(fake.verdict(&token).await, 42001);
}

#[tokio::test]
async fn every_plain_call_dooms_the_token_before_within_five_minutes() {
    let fake = Running::start().await;
    let (first, second) = (plain(&fake).await, plain(&fake).await);
    assert_ne!(first, second);
    fake.clock.advance(299 * SECOND);
    for token in [&first, &second] {
        assert_eq!(fake.verdict(token).await, Value::Null);
    }
    fake.clock.advance(SECOND);
    assert_eq!(fake.verdict(&first).await, 40001);
    assert_eq!(fake.verdict(&second).await, Value::Null);
}

#[tokio::test]
async fn the_two_families_leave_each_other_alone() {
    let fake = Running::start().await;
    let (old, stable) = (plain(&fake).await, fake.token().await);
    let plain = plain(&fake).await;
    assert_eq!(fake.token().await, stable);
    fake.stable(true).await;
    fake.clock.advance(300 * SECOND);
    assert_eq!(fake.verdict(&plain).await, Value::Null);
    assert_eq!(fake.verdict(&old).await, 40001);
}

#[tokio::test]
async fn token_parameters_are_judged_one_by_one() {
    let fake = Running::start().await;
    for (path, errcode) in [
        ("/cgi-bin/token".to_owned(), 40002),
        (
            "/cgi-bin/token?grant_type=authorization_code".to_owned(),
            40002,
        ),
        (TOKEN.to_owned(), 41002),
        (format!("{TOKEN}&appid=wx-unknown"), 40013),
        (format!("{TOKEN}&appid={DEFAULT_APPID}"), 41004),
        (format!("{TOKEN}&appid={DEFAULT_APPID}&secret=wrong"), 40125),
    ] {
        assert_eq!(fake.get(&path).await["errcode"], errcode, "{path}");
    }
    let post = fake.ask(Method::POST, TOKEN, String::new()).await;
    assert_eq!(post["errcode"], 43001);
}

#[tokio::test]
async fn a_token_is_missing_malformed_unknown_or_expired() {
    let fake = Running::start().await;
    let token = fake.token().await;
    let late = format!("00a_{}", &token[4..]);
    for (token, errcode) in [
        (String::new(), 41001),
        ("x".to_owned(), 40014),
        (token.to_uppercase() + "!", 40014),
        (late, 40014),
        ("12_".to_owned() + &"a".repeat(509), 40001),
    ] {
        assert_eq!(fake.verdict(&token).await, errcode, "{token}");
    }
    fake.clock.advance(7200 * SECOND);
    assert_eq!(fake.verdict(&token).await, 42001);
    let answer = fake.get("/wxa/checksession?access_token=").await;
    assert!(
        text(&answer, "errmsg").starts_with("access_token missing rid: 6b49ee20-"),
        "{answer}"
    );
}

#[tokio::test]
async fn the_text_of_40001_names_the_stable_call() {
    let fake = Running::start().await;
    let token = "12_".to_owned() + &"a".repeat(509);
    let answer = fake
        .get(&format!("/wxa/checksession?access_token={token}"))
        .await;
    let text = text(&answer, "errmsg");
    let expected = "invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r rid: ";
    assert!(text.starts_with(expected), "{text}");
}

#[tokio::test]
async fn a_token_in_the_body_is_not_seen() {
    let fake = Running::start().await;
    let body = json!({ "access_token": fake.token().await, "code": "x" });
    let answer = fake
        .post_json("/wxa/business/getuserphonenumber", body)
        .await;
    assert_eq!(answer["errcode"], 41001);
}

#[tokio::test]
async fn a_token_can_be_ended_and_the_next_is_another() {
    let fake = Running::start().await;
    for (end, errcode) in [
        (json!({}), 42001),
        (json!({ "errcode": 40001 }), 40001),
        (json!({ "errcode": 40014, "family": "stable" }), 40014),
    ] {
        let token = fake.token().await;
        fake.post("expire-access-token", end).await;
        assert_eq!(fake.verdict(&token).await, errcode);
        let next = fake.token().await;
        assert_ne!(next, token);
        assert_eq!(fake.verdict(&next).await, Value::Null);
    }
}

#[tokio::test]
async fn a_refused_token_may_still_be_given() {
    let fake = Running::start().await;
    let token = fake.token().await;
    fake.post("expire-access-token", json!({ "still_given": true }))
        .await;
    assert_eq!(fake.token().await, token);
    assert_eq!(fake.verdict(&token).await, 42001);
}

#[tokio::test]
async fn tokens_asked_for_and_made_are_counted() {
    let fake = Running::start().await;
    fake.token().await;
    fake.token().await;
    plain(&fake).await;
    let (_, mut tallies) = fake
        .control(Method::GET, "access-tokens", Value::Null)
        .await;
    let tallies = tallies.as_array_mut().unwrap();
    tallies.sort_by_key(|tally| tally["family"] == "stable");
    assert_eq!(
        *tallies,
        [
            json!({ "appid": DEFAULT_APPID, "family": "plain", "asked": 1, "made": 1 }),
            json!({ "appid": DEFAULT_APPID, "family": "stable", "asked": 2, "made": 1 }),
        ]
    );
}

#[tokio::test]
async fn two_thousand_plain_tokens_a_day_are_enough() {
    let fake = Running::start().await;
    for _ in 0..2000 {
        plain(&fake).await;
    }
    let path = format!("{TOKEN}&appid={DEFAULT_APPID}&secret={DEFAULT_SECRET}");
    assert_eq!(fake.get(&path).await["errcode"], 45009);
    let until_midnight_in_china = 8 * 3600;
    fake.clock.advance((until_midnight_in_china - 1) * SECOND);
    assert_eq!(fake.get(&path).await["errcode"], 45009);
    fake.clock.advance(SECOND);
    assert_eq!(fake.get(&path).await["expires_in"], 7200);
}
