//! A session's life, held against the rules.
//!
//! The long form is in the soak tests.
#[path = "model.rs"]
mod model;

use testkit::story;

#[tokio::test(flavor = "multi_thread")]
async fn every_life_in_memory_goes_by_the_rules() {
    story(async {
        model::live_in_memory(200).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_life_in_redis_goes_by_the_rules() {
    story(async {
        model::live_in_redis(30).await;
    })
    .await;
}
