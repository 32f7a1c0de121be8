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

#[tokio::test]
async fn what_is_left_of_the_plan_is_told_as_it_was_asked_for() {
    let fake = Running::start().await;
    let told = async || fake.control(Method::GET, "faults", Value::Null).await;
    assert_eq!(told().await, (200, json!([])));
    let plan = json!([
        { "path": EXCHANGE, "errcode": -1, "times": 1 },
        { "path": EXCHANGE, "errcode": 45011, "times": 2 },
        { "path": EXCHANGE, "delay_ms": 1, "consume": true },
        { "path": "/wxa/*", "status": 502, "garbage": "not_json" },
        { "path": "/wxa/*", "reset": "after" },
        { "path": "/cgi-bin/token", "hang": true },
        { "path": "*", "twist": "hint_and_rid" },
    ]);
    fake.plan(plan.clone()).await;
    assert_eq!(told().await, (200, plan.clone()));

    for errcode in [-1, 45011] {
        assert_eq!(fake.errcode("any").await, errcode);
    }
    let mut left = plan.as_array().unwrap()[1..].to_vec();
    left[0]["times"] = json!(1);
    assert_eq!(told().await, (200, json!(left)));
    fake.plan(json!(left)).await;
    assert_eq!(fake.errcode("any").await, 45011);
    assert_eq!(
        fake.control(Method::DELETE, "faults", Value::Null).await.0,
        204
    );
    assert_eq!(told().await, (200, json!([])));
}
