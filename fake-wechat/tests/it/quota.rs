//! Looking at limits, and clearing what is counted.

use std::time::Duration;

use fake_wechat::{DEFAULT_APPID, DEFAULT_SECRET};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Running, STABLE_TOKEN, text};

const CHECK: &str = "/wxa/checksession";
const CLEAR: &str = "/cgi-bin/clear_quota";
const CLEAR_V2: &str = "/cgi-bin/clear_quota/v2";
const CLEAR_ONE: &str = "/cgi-bin/openapi/quota/clear";
const GET: &str = "/cgi-bin/openapi/quota/get";

/// A fake that answers two checks a day.
async fn two_checks_a_day() -> (Running, String) {
    let fake = Running::start().await;
    let limits = json!({ CHECK: { "per_day": 2 } });
    assert_eq!(fake.control(Method::PUT, "quotas", limits).await.0, 204);
    let token = fake.token().await;
    for _ in 0..2 {
        assert_eq!(fake.verdict(&token).await, Value::Null);
    }
    assert_eq!(fake.verdict(&token).await, 45009);
    (fake, token)
}

#[tokio::test]
async fn clearing_lets_calls_through_again() {
    let by_secret = json!({ "appid": DEFAULT_APPID, "appsecret": DEFAULT_SECRET });
    for (path, body) in [
        (CLEAR, json!({ "appid": DEFAULT_APPID })),
        (CLEAR_V2, by_secret),
        (CLEAR_ONE, json!({ "cgi_path": CHECK })),
    ] {
        let (fake, token) = two_checks_a_day().await;
        let answer = fake.call_with(path, body).await;
        assert_eq!(answer, json!({ "errcode": 0, "errmsg": "ok" }), "{path}");
        assert_eq!(fake.verdict(&token).await, Value::Null, "{path}");
    }
}

#[tokio::test]
async fn the_secret_alone_clears_when_no_token_is_left_to_be_had() {
    let fake = Running::start().await;
    let limits = json!({ STABLE_TOKEN: { "per_day": 0 } });
    fake.control(Method::PUT, "quotas", limits).await;
    assert_eq!(fake.stable(false).await["errcode"], 45009);
    fake.control(
        Method::PUT,
        "quotas",
        json!({ STABLE_TOKEN: { "per_day": 1 } }),
    )
    .await;
    fake.token().await;
    assert_eq!(fake.stable(false).await["errcode"], 45009);
    let in_query = format!("{CLEAR_V2}?appid={DEFAULT_APPID}&appsecret={DEFAULT_SECRET}");
    let answer = fake.ask(Method::POST, &in_query, String::new()).await;
    assert_eq!(answer["errcode"], 0);
    fake.token().await;
}

#[tokio::test]
async fn ten_clearings_a_month_are_shared_by_both_ways() {
    let fake = Running::start().await;
    let by_secret = json!({ "appid": DEFAULT_APPID, "appsecret": DEFAULT_SECRET });
    for _ in 0..5 {
        let answer = fake.post_json(CLEAR_V2, by_secret.clone()).await;
        assert_eq!(answer["errcode"], 0);
        let answer = fake
            .call_with(CLEAR, json!({ "appid": DEFAULT_APPID }))
            .await;
        assert_eq!(answer["errcode"], 0);
    }
    let answer = fake.post_json(CLEAR_V2, by_secret.clone()).await;
    assert_eq!(answer["errcode"], 48006);
    // The story begins on 15 January.
    fake.clock.advance(Duration::from_hours(24 * 16));
    let answer = fake.post_json(CLEAR_V2, by_secret.clone()).await;
    assert_eq!(answer["errcode"], 48006, "31 January");
    fake.clock.advance(Duration::from_hours(24));
    let answer = fake.post_json(CLEAR_V2, by_secret).await;
    assert_eq!(answer["errcode"], 0, "1 February");
}

#[tokio::test]
async fn one_path_is_cleared_fifty_times_a_month() {
    let fake = Running::start().await;
    for _ in 0..50 {
        let answer = fake
            .call_with(CLEAR_ONE, json!({ "cgi_path": CHECK }))
            .await;
        assert_eq!(answer["errcode"], 0);
    }
    let answer = fake
        .call_with(CLEAR_ONE, json!({ "cgi_path": CHECK }))
        .await;
    assert_eq!(answer["errcode"], 48006);
}

#[tokio::test]
async fn clearing_is_for_ones_own() {
    let fake = Running::start().await;
    let answer = fake.call_with(CLEAR, json!({ "appid": "wx-other" })).await;
    assert_eq!(answer["errcode"], 40013);
    for (appid, secret, errcode) in [
        (DEFAULT_APPID, "wrong", 40125),
        (DEFAULT_APPID, "", 41004),
        ("wx-other", "x", 40013),
    ] {
        let body = json!({ "appid": appid, "appsecret": secret });
        let body = if secret.is_empty() {
            json!({ "appid": appid })
        } else {
            body
        };
        assert_eq!(fake.post_json(CLEAR_V2, body).await["errcode"], errcode);
    }
}

#[tokio::test]
async fn a_limit_and_what_is_used_of_it_can_be_seen() {
    let fake = Running::start().await;
    let answer = fake
        .call_with(GET, json!({ "cgi_path": STABLE_TOKEN }))
        .await;
    assert_eq!(
        answer,
        json!({
            "errcode": 0, "errmsg": "ok",
            "quota": { "daily_limit": 500_000, "used": 1, "remain": 499_999 },
            "rate_limit": { "call_count": 10_000, "refresh_second": 60 },
        })
    );
}

#[tokio::test]
async fn some_paths_have_no_limit_to_be_seen() {
    let fake = Running::start().await;
    for (path, errcode) in [
        ("wxa/checksession", 76003),
        ("/sns/jscode2session", 76022),
        ("/wxa/unknown", 76021),
    ] {
        let answer = fake.call_with(GET, json!({ "cgi_path": path })).await;
        assert_eq!(answer["errcode"], errcode, "{path}");
        assert!(text(&answer, "errmsg").contains(" rid: "));
    }
}
