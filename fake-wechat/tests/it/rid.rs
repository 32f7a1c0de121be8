//! `/cgi-bin/openapi/rid/get`: a refusal names itself, and can be looked up.

use std::time::Duration;

use fake_wechat::DEFAULT_SECRET;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Running, STABLE_TOKEN, START, text, two_apps};

const CHECK: &str = "/wxa/checksession?openid=oMei&signature=x&sig_method=hmac_sha256";

fn rid(answer: &Value) -> String {
    let text = text(answer, "errmsg");
    text.split_once("rid: ").unwrap().1.to_owned()
}

async fn look_up(fake: &Running, rid: &str) -> Value {
    fake.call_with("/cgi-bin/openapi/rid/get", json!({ "rid": rid }))
        .await
}

#[tokio::test]
async fn a_refused_call_is_found_by_its_rid_without_its_credentials() {
    let fake = Running::start().await;
    let token = fake.token().await;
    let refusal = fake.call(CHECK).await;
    let rid = rid(&refusal);
    let second = u64::from_str_radix(rid.split('-').next().unwrap(), 16).unwrap();
    assert_eq!(second, START.unix_seconds(), "the time of the call");
    let found = look_up(&fake, &rid).await;
    let request = &found["request"];
    assert_eq!(request["invoke_time"], second);
    assert_eq!(request["client_ip"], "127.0.0.1");
    let url = format!(
        "openid=oMei&signature=x&sig_method=hmac_sha256&access_token={}xxxx",
        &token[..6]
    );
    assert_eq!(request["request_url"], url);
    let response: Value = serde_json::from_str(&text(request, "response_body")).unwrap();
    assert_eq!(response, refusal);
}

#[tokio::test]
async fn a_refusal_that_was_planned_is_found_too() {
    let fake = Running::start().await;
    fake.plan(json!([{ "path": "/wxa/checksession", "errcode": 45009 }]))
        .await;
    let found = look_up(&fake, &rid(&fake.call(CHECK).await)).await;
    assert!(text(&found["request"], "response_body").starts_with(r#"{"errcode":45009,"#));
}

#[tokio::test]
async fn a_secret_in_a_body_is_not_kept() {
    let fake = Running::start().await;
    let token = fake.token().await;
    let wrong =
        json!({ "appid": fake_wechat::DEFAULT_APPID, "secret": DEFAULT_SECRET, "grant_type": "x" });
    let refusal = fake.post_json(STABLE_TOKEN, wrong).await;
    let found = look_up(&fake, &rid(&refusal)).await;
    assert_eq!(found["errcode"], 0, "{found}");
    let kept = found.to_string();
    assert!(!kept.contains(DEFAULT_SECRET) && !kept.contains(&token));
    assert!(kept.contains("0fa4e0xxxx"), "{kept}");
}

#[tokio::test]
async fn a_rid_is_known_for_seven_days() {
    let fake = Running::start().await;
    let rid = rid(&fake.call(CHECK).await);
    fake.clock.advance(Duration::from_hours(7 * 24));
    assert_eq!(look_up(&fake, &rid).await["errcode"], 0);
    fake.clock.advance(Duration::from_secs(1));
    assert_eq!(look_up(&fake, &rid).await["errcode"], 76001);
}

#[tokio::test]
async fn rids_of_logins_of_others_and_of_nobody_are_not_shown() {
    let fake = Running::with(two_apps()).await;
    let login = rid(&fake.exchange("unknown").await);
    let foreign = "/cgi-bin/token?grant_type=client_credential&appid=wx-other&secret=wrong";
    let foreign = rid(&fake.get(foreign).await);
    for (rid, errcode) in [
        (login.as_str(), 76022),
        (&foreign, 76003),
        ("00000000-00000000-00000000", 76001),
        ("0000", 76002),
        ("", 76002),
    ] {
        assert_eq!(look_up(&fake, rid).await["errcode"], errcode, "{rid}");
    }
    let path = "/cgi-bin/openapi/rid/get";
    let answer = fake.ask(Method::POST, path, String::new()).await;
    assert_eq!(answer["errcode"], 41001);
}
