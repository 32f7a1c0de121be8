//! Wherever sessions can be kept: a topology is one line here.
use session_service::config::RedisConfig;
use testkit::{RedisCluster, RedisSentinel, Stage, patient};
use wxgate::Plan;

/// Makes `check` once on each topology, one after the other, with a stage of its own; it is told which.
pub(crate) async fn on_each_own(settings: fn(&mut Plan), check: impl AsyncFn(&'static str, Stage)) {
    check("memory", Stage::with(settings).await).await;
    check("one Redis", Stage::on_redis_with(settings).await).await;
    let zoo = RedisSentinel::start().await;
    check("Sentinel", stage(settings, zoo.config()).await).await;
    let zoo = RedisCluster::start().await;
    check("Cluster", stage(settings, zoo.config()).await).await;
}

async fn stage(settings: fn(&mut Plan), redis: RedisConfig) -> Stage {
    Stage::with(|plan| {
        plan.session.redis = Some(redis);
        patient(plan);
        settings(plan);
    })
    .await
}

/// As [`on_each_own`], of a stage that is ended afterwards.
pub(crate) async fn on_each(settings: fn(&mut Plan), check: impl AsyncFn(&'static str, &Stage)) {
    on_each_own(settings, async |name, stage| {
        check(name, &stage).await;
        stage.end().await;
    })
    .await;
}
