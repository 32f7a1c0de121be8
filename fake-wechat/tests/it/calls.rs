//! What the fake remembers of the calls it got.

use fake_wechat::{DEFAULT_APPID, DEFAULT_SECRET};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Running, exchange_path};

#[tokio::test]
async fn calls_are_listed_in_order() {
    let fake = Running::start().await;
    let code = fake.any_login_code().await;
    fake.exchange(&code).await;
    fake.exchange("second").await;
    let calls = fake.calls().await;
    assert_eq!(calls.len(), 2, "control calls are not counted");
    let expected = ["/sns/jscode2session", DEFAULT_APPID, &code];
    assert_eq!(
        ["path", "appid", "js_code"].map(|name| calls[0][name].as_str().unwrap()),
        expected
    );
    assert_eq!(
        calls[0]["parameters"],
        json!(["appid", "secret", "js_code", "grant_type"])
    );
    assert_eq!(
        (&calls[0]["method"], &calls[0]["at"]),
        (&json!("GET"), &json!(1_800_000_000_000_u64))
    );
    assert!(
        calls[0]["headers"]
            .as_array()
            .unwrap()
            .contains(&json!("host"))
    );
    assert_eq!(calls[1]["js_code"], "second");
}

#[tokio::test]
async fn no_secret_is_listed() {
    let fake = Running::start().await;
    fake.exchange("any").await;
    assert!(
        !Value::from(fake.calls().await)
            .to_string()
            .contains(DEFAULT_SECRET)
    );
}

#[tokio::test]
async fn a_call_that_met_a_fault_is_listed() {
    let fake = Running::start().await;
    fake.plan(json!([{ "path": "/sns/jscode2session", "reset": "before" }]))
        .await;
    fake.try_exchange("lost").await.unwrap_err();
    assert_eq!(fake.calls().await[0]["js_code"], "lost");
}

#[tokio::test]
async fn a_long_code_is_listed_cut_short() {
    let fake = Running::start().await;
    fake.send(
        Method::GET,
        &exchange_path(&"x".repeat(5_000)),
        String::new(),
    )
    .await
    .unwrap();
    assert_eq!(
        fake.calls().await[0]["js_code"].as_str().unwrap().len(),
        256
    );
}

#[tokio::test]
async fn the_list_can_be_emptied() {
    let fake = Running::start().await;
    fake.exchange("any").await;
    assert_eq!(
        fake.control(Method::DELETE, "calls", Value::Null).await.0,
        204
    );
    assert!(fake.calls().await.is_empty());
}
