//! What session-service asks of a Redis before it starts.
use std::sync::Arc;

use service_kit::SystemClock;
use session_service::config::RedisConfig;
use testkit::{RedisCluster, RedisServer, story};
use wxgate::{Plan, System};

/// Whether everything starts on this Redis; why not, otherwise.
async fn starts(redis: RedisConfig) -> Result<(), String> {
    let dir = tempfile::tempdir().expect("a folder");
    let mut plan = Plan::embedded(dir.path()).expect("keys");
    plan.session.redis = Some(redis);
    match Box::pin(System::start(plan, Arc::new(SystemClock))).await {
        Ok(system) => {
            system.stop().await;
            Ok(())
        }
        Err(error) => Err(format!("{error:#}")),
    }
}

#[tokio::test]
async fn a_redis_that_may_throw_sessions_away_is_refused_unless_allowed() {
    story(async {
        let redis = RedisServer::start().await;
        assert_eq!(starts(redis.config()).await, Ok(()));
        redis.configure("maxmemory-policy", "volatile-lru").await;
        let refused = starts(redis.config()).await.expect_err("it may evict");
        assert!(refused.contains("volatile-lru"), "{refused}");
        assert!(refused.contains("redis.allow_eviction"), "{refused}");
        let allowed = RedisConfig {
            allow_eviction: true,
            ..redis.config()
        };
        assert_eq!(starts(allowed).await, Ok(()));
    })
    .await;
}

#[tokio::test]
async fn one_node_of_a_cluster_that_may_is_enough() {
    story(async {
        let cluster = RedisCluster::start().await;
        cluster.nodes[2]
            .configure("maxmemory-policy", "allkeys-lru")
            .await;
        let refused = starts(cluster.config()).await.expect_err("it may evict");
        assert!(refused.contains("allkeys-lru"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn a_redis_that_is_away_or_does_not_say_is_waited_for() {
    story(async {
        let mut redis = RedisServer::start().await;
        let () = redis
            .ask(&["ACL", "SETUSER", "default", "-info"])
            .await
            .expect("done");
        assert_eq!(starts(redis.config()).await, Ok(()));
        redis.kill();
        assert_eq!(starts(redis.config()).await, Ok(()));
    })
    .await;
}
