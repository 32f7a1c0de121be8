//! `/cgi-bin/stable_token`.

use std::time::Duration;

use fake_wechat::{DEFAULT_APPID, DEFAULT_SECRET};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Running, STABLE_TOKEN, text};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_stable_token_stays_the_same_until_its_last_five_minutes() {
    let fake = Running::start().await;
    let first = fake.token().await;
    fake.clock.advance(6855 * SECOND);
    let again = fake.stable(false).await;
    assert_eq!(again, json!({ "access_token": first, "expires_in": 345 }));
    fake.clock.advance(45 * SECOND);
    let last = fake.stable(false).await;
    assert_eq!(last, json!({ "access_token": first, "expires_in": 300 }));
    fake.clock.advance(SECOND);
    let next = fake.stable(false).await;
    assert_eq!(next["expires_in"], 7200);
    assert_ne!(next["access_token"], first);
    assert_eq!(fake.verdict(&first).await, Value::Null, "both work");
    fake.clock.advance(299 * SECOND);
    assert_eq!(fake.verdict(&first).await, 42001);
}

#[tokio::test]
async fn of_parallel_calls_all_get_one_token() {
    let fake = Running::start().await;
    let tokens = join_all((0..20).map(|_| fake.token())).await;
    assert!(tokens.iter().all(|token| *token == tokens[0]));
}

#[tokio::test]
async fn force_ends_the_token_before_at_once() {
    let fake = Running::start().await;
    let first = fake.token().await;
    let forced = fake.stable(true).await;
    assert_eq!(forced["expires_in"], 7200);
    assert_eq!(fake.verdict(&first).await, 40001);
    assert_eq!(fake.token().await, text(&forced, "access_token"));
}

#[tokio::test]
async fn force_within_thirty_seconds_refreshes_nothing() {
    let fake = Running::start().await;
    let forced = text(&fake.stable(true).await, "access_token");
    fake.clock.advance(29 * SECOND);
    let again = fake.stable(true).await;
    assert_eq!(again, json!({ "access_token": forced, "expires_in": 7171 }));
    fake.clock.advance(SECOND);
    assert_ne!(text(&fake.stable(true).await, "access_token"), forced);
}

#[tokio::test]
async fn force_works_twenty_times_a_day() {
    let fake = Running::start().await;
    for _ in 0..20 {
        assert_eq!(fake.stable(true).await["expires_in"], 7200);
        fake.clock.advance(30 * SECOND);
    }
    assert_eq!(fake.stable(true).await["errcode"], 45009);
    assert!(fake.stable(false).await["access_token"].is_string());
    fake.clock.advance(24 * 3600 * SECOND);
    assert_eq!(fake.stable(true).await["expires_in"], 7200);
}

#[tokio::test]
async fn stable_token_bodies_are_judged_one_by_one() {
    let fake = Running::start().await;
    let right = json!({ "grant_type": "client_credential", "appid": DEFAULT_APPID, "secret": DEFAULT_SECRET });
    let with = |name: &str, value: Value| {
        let mut body = right.clone();
        body[name] = value;
        body.to_string()
    };
    let form =
        format!("grant_type=client_credential&appid={DEFAULT_APPID}&secret={DEFAULT_SECRET}");
    for (body, errcode) in [
        (String::new(), 44002),
        (form, 47001),
        ("[]".to_owned(), 47001),
        (with("force_refresh", json!("true")), 47001),
        (with("appid", json!(1)), 47001),
        (with("grant_type", Value::Null), 40002),
        (with("grant_type", json!("authorization_code")), 40002),
        (with("appid", Value::Null), 41002),
        (with("appid", json!("")), 41002),
        (with("appid", json!("wx-unknown")), 40013),
        (with("secret", Value::Null), 41004),
        (with("secret", json!("wrong")), 40125),
    ] {
        let answer = fake.ask(Method::POST, STABLE_TOKEN, body.clone()).await;
        assert_eq!(answer["errcode"], errcode, "{body}");
    }
    assert_eq!(fake.get(STABLE_TOKEN).await["errcode"], 43002);
}

#[tokio::test]
async fn a_call_is_noted_with_the_app_of_its_body_or_token() {
    let fake = Running::start().await;
    let token = fake.token().await;
    fake.verdict(&token).await;
    let calls = fake.calls().await;
    assert_eq!(calls.len(), 2);
    assert!(
        calls.iter().all(|call| call["appid"] == DEFAULT_APPID),
        "{calls:?}"
    );
    let members = json!(["appid", "force_refresh", "grant_type", "secret"]);
    assert_eq!(calls[0]["members"], members);
    let noted = json!(calls).to_string();
    assert!(!noted.contains(&token) && !noted.contains(DEFAULT_SECRET));
}
