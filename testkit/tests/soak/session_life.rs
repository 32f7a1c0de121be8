//! SES-02, 03, 04 and 08: random lives, held against the rules.
#[path = "../session_life/model.rs"]
mod model;

use testkit::{found, long_story};

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_lives_in_memory_go_by_the_rules() {
    long_story(async {
        let steps = model::live_in_memory(10_000).await;
        note("memory", 10_000, steps);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_lives_in_redis_go_by_the_rules() {
    long_story(async {
        let steps = model::live_in_redis(500).await;
        note("Redis", 500, steps);
    })
    .await;
}

fn note(store: &str, lives: u32, steps: usize) {
    let how = format!("{lives} random session lives against the rules, sessions in {store}");
    let figure = format!("0 of {steps} answers differ");
    for check in ["SES-02", "SES-03", "SES-04", "SES-08"] {
        found(check, &how, &figure);
    }
}
