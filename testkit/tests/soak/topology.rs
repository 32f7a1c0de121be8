//! Wherever sessions can be kept: a topology is one line here.
use testkit::{RedisCluster, RedisSentinel, Stage};
use wxgate::Plan;

/// Makes `check` once on each topology, one after the other, with a stage of its own; it is told which.
pub(crate) async fn on_each_own(check: impl AsyncFn(&'static str, Stage)) {
    each(|_| {}, check).await;
}

async fn each(settings: fn(&mut Plan), check: impl AsyncFn(&'static str, Stage)) {
    check("memory", Stage::with(settings).await).await;
    check("one Redis", Stage::on_redis_with(settings).await).await;
    let zoo = RedisSentinel::start().await;
    check("Sentinel", Stage::at(zoo.config(), settings).await).await;
    let zoo = RedisCluster::start().await;
    check("Cluster", Stage::at(zoo.config(), settings).await).await;
}

/// As [`on_each_own`], of a stage that is ended afterwards.
pub(crate) async fn on_each(check: impl AsyncFn(&'static str, &Stage)) {
    on_each_with(|_| {}, check).await;
}

/// As [`on_each`], of a stage with these settings.
pub(crate) async fn on_each_with(
    settings: fn(&mut Plan),
    check: impl AsyncFn(&'static str, &Stage),
) {
    each(settings, async |name, stage| {
        check(name, &stage).await;
        stage.end().await;
    })
    .await;
}
