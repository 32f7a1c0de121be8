//! `wxgate demo`: one user's walk, with what crossed the wire.
mod calls;
mod kept;
mod page;
mod walk;

use std::{process::ExitCode, sync::Arc};

use service_kit::SystemClock;
use session_service::config::RedisConfig;

use self::walk::Walk;
use crate::system::{Plan, System};

/// Starts everything on free ports in a temporary folder, walks, and ends it.
pub(crate) async fn run(redis: Option<String>) -> anyhow::Result<ExitCode> {
    let quiet = telemetry::Config {
        filter: "warn".to_owned(),
        ..telemetry::Config::default()
    };
    let guard = telemetry::init("wxgate", &quiet)?;
    let dir = tempfile::tempdir()?;
    let mut plan = Plan::embedded(dir.path())?;
    let kept_in = if redis.is_some() { "Redis" } else { "memory" };
    plan.session.redis = redis.as_deref().map(RedisConfig::at);
    let system = Box::pin(System::start(plan, Arc::new(SystemClock))).await?;
    let walked = Box::pin(walk(&system, kept_in)).await;
    system.stop().await;
    tokio::task::spawn_blocking(move || guard.shutdown()).await?;
    walked?;
    println!("\nThat was all of it: three services, real HTTP and gRPC. Nothing is left behind.");
    Ok(ExitCode::SUCCESS)
}

async fn walk(system: &System, kept_in: &str) -> anyhow::Result<()> {
    let walk = Walk::new(system)?;
    let first = walk.log_in().await?;
    walk.be_recognised(&first).await?;
    walk.share_phone_number(&first).await?;
    walk.share_steps(&first).await?;
    let second = walk.refresh(&first).await?;
    let kept = system.records.dump().await?;
    walk.log_out(&second).await?;
    walk.look_at(kept_in, &kept, [first, second]).await
}
