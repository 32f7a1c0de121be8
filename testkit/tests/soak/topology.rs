//! Wherever sessions can be kept: a topology is one line here.
use session_service::config::RedisConfig;
use testkit::{RedisCluster, RedisSentinel, Stage};
use wxgate::Plan;

/// Makes `check` once on each topology, one after the other; it is told which.
pub(crate) async fn on_each(settings: fn(&mut Plan), check: impl AsyncFn(&'static str, &Stage)) {
    on("memory", Stage::with(settings).await, &check).await;
    on("one Redis", Stage::on_redis_with(settings).await, &check).await;
    let zoo = RedisSentinel::start().await;
    on("Sentinel", stage(settings, zoo.config()).await, &check).await;
    let zoo = RedisCluster::start().await;
    on("Cluster", stage(settings, zoo.config()).await, &check).await;
}

async fn stage(settings: fn(&mut Plan), redis: RedisConfig) -> Stage {
    Stage::with(|plan| {
        settings(plan);
        plan.session.redis = Some(redis);
    })
    .await
}

async fn on(name: &'static str, stage: Stage, check: &impl AsyncFn(&'static str, &Stage)) {
    check(name, &stage).await;
    stage.end().await;
}
