//! Which call meets which planned fault.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{EXCHANGE, Running};

#[tokio::test]
async fn faults_are_played_in_order_and_used_up() {
    let fake = Running::start().await;
    fake.plan(json!([
        { "path": "/sns/other", "errcode": 1 },
        { "path": EXCHANGE, "errcode": -1, "times": 2 },
        { "path": EXCHANGE, "errcode": 45011, "times": 1 },
    ]))
    .await;
    for errcode in [-1, -1, 45011, 40029, 40029] {
        assert_eq!(fake.errcode("any").await, errcode);
    }
}

#[tokio::test]
async fn a_fault_without_times_lasts_until_cleared() {
    let fake = Running::start().await;
    fake.plan(json!([{ "path": EXCHANGE, "errcode": -1 }]))
        .await;
    for _ in 0..5 {
        assert_eq!(fake.errcode("any").await, -1);
    }
    assert_eq!(
        fake.control(Method::DELETE, "faults", Value::Null).await.0,
        204
    );
    assert_eq!(fake.errcode("any").await, 40029);
}

#[tokio::test]
async fn a_plan_with_a_mistake_changes_nothing() {
    let fake = Running::start().await;
    fake.plan(json!([{ "path": EXCHANGE, "errcode": -1 }]))
        .await;
    let mistakes = [
        json!({ "path": EXCHANGE }),
        json!({ "path": "sns", "errcode": 1 }),
        json!({ "path": "/_fake/calls", "errcode": 1 }),
        json!({ "path": "/_fake*", "errcode": 1 }),
        json!({ "path": "/*/token", "errcode": 1 }),
        json!({ "path": "", "errcode": 1 }),
        json!({ "path": EXCHANGE, "errcode": 1, "hang": true }),
        json!({ "path": EXCHANGE, "garbage": "html", "body": "x" }),
        json!({ "path": EXCHANGE, "status": 101 }),
        json!({ "path": EXCHANGE, "redirect": "\n" }),
    ];
    for mistake in mistakes {
        let (status, answer) = fake
            .control(
                Method::PUT,
                "faults",
                json!([{ "path": "/", "hang": true }, mistake]),
            )
            .await;
        assert_eq!(status, 400, "{mistake}");
        assert!(
            answer["error"].as_str().unwrap().starts_with("fault 1: "),
            "{answer}"
        );
    }
    assert_eq!(fake.errcode("any").await, -1);
}
