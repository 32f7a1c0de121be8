//! A session's life, held against the rules.
//!
//! The long form is in the soak tests.
#[path = "model.rs"]
mod model;

use testkit::{Stage, story};

#[tokio::test(flavor = "multi_thread")]
async fn every_life_in_memory_goes_by_the_rules() {
    story(async {
        model::live(Stage::with(model::settings).await, 200).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_life_in_redis_goes_by_the_rules() {
    story(async {
        model::live(Stage::on_redis_with(model::settings).await, 30).await;
    })
    .await;
}
