//! What is in Redis: what it tells, what it costs, and when it goes.
//!
//! The long forms are in the soak tests.
mod life;
mod loot;
mod lost_keys;
mod strangers;
mod theft;

use testkit::{Stage, on_every_store, story};

on_every_store!(no_token_is_adopted);

async fn no_token_is_adopted(stage: Stage) {
    theft::no_token_is_adopted(&stage).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_redis_lets_nobody_in() {
    story(Box::pin(async {
        theft::a_copy_of_redis_lets_nobody_in(16).await;
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_cost_nothing() {
    story(Box::pin(strangers::strangers_cost_nothing(2000))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_without_an_end_in_redis_ends_all_the_same() {
    story(Box::pin(
        life::a_session_without_an_end_in_redis_ends_all_the_same(),
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_keys_stand_in_nobodys_way() {
    story(Box::pin(lost_keys::stand_in_nobodys_way())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_stored_has_an_end() {
    story(Box::pin(life::everything_stored_has_an_end(30))).await;
}
