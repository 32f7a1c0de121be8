//! The token key is replaced while many clients use it.
#[path = "../replicas/ground.rs"]
mod ground;
#[path = "../replicas/rotation.rs"]
mod rotation;

use testkit::{found, long_story};

#[tokio::test(flavor = "multi_thread")]
async fn token_keys_rotate_under_long_load() {
    long_story(Box::pin(async {
        let (_server, stage) = ground::on_redis_and_postgres().await;
        let rounds = rotation::rotate_under_load(stage, 33, 3000).await;
        let how = "token key replaced on two replicas under load, Redis and PostgreSQL";
        found(
            "SES-06",
            how,
            &format!("0 tokens refused in {rounds} rounds of 4 calls"),
        );
    }))
    .await;
}
