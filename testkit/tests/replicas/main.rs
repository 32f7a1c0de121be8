//! Two replicas on one Redis and one PostgreSQL.
//!
//! The long forms are in the soak tests.
mod clocks;
mod ground;
mod phone_numbers;
mod processes;
mod rotation;
mod tokens;

use self::ground::on_redis_and_postgres;

#[tokio::test(flavor = "multi_thread")]
async fn token_keys_rotate_under_load_and_no_token_is_refused() {
    testkit::story(Box::pin(async {
        let (_server, stage) = on_redis_and_postgres().await;
        rotation::rotate_under_load(stage, 9, 100).await;
    }))
    .await;
}
