//! `wxgate demo`: one user's walk, with what crossed the wire.
mod calls;
mod kept;
mod page;
mod walk;

use std::{path::Path, process::ExitCode, sync::Arc};

use anyhow::Context;
use fake_wechat::DEFAULT_SECRET;
use service_kit::{Listen, SystemClock};
use session_service::config::{AppSettings, RedisConfig};

use self::walk::Walk;
use crate::system::{Ledger, Plan, System};

/// Starts everything on free ports in a temporary folder, walks, and ends it.
pub(crate) async fn run(redis: Option<String>) -> anyhow::Result<ExitCode> {
    let quiet = telemetry::Config {
        filter: "warn".to_owned(),
        ..telemetry::Config::default()
    };
    let guard = telemetry::init("wxgate", &quiet)?;
    let dir = tempfile::tempdir()?;
    let plan = plan(dir.path(), redis.as_deref())?;
    let kept_in = if redis.is_some() { "Redis" } else { "memory" };
    let system = Box::pin(System::start(plan, Arc::new(SystemClock))).await?;
    let ledger = system.ledger.clone().context("the demo notes its writes")?;
    let walked = Box::pin(walk(&system, &ledger, kept_in)).await;
    system.stop().await;
    let erased = ledger.erase().await;
    tokio::task::spawn_blocking(move || guard.shutdown()).await?;
    walked?;
    erased.context("taking what the demo wrote out of Redis again")?;
    dir.close().context("removing the demo's folder")?;
    println!("\nThat was all of it: three services, real HTTP and gRPC. Nothing is left behind.");
    Ok(ExitCode::SUCCESS)
}

fn plan(dir: &Path, redis: Option<&str>) -> anyhow::Result<Plan> {
    let mut plan = Plan::embedded(dir)?;
    plan.session.redis = redis.map(RedisConfig::at);
    plan.notes_writes = true;
    plan.session.apps = vec![AppSettings {
        appid: invented_appid()?,
        secret: Some(DEFAULT_SECRET.into()),
        secret_file: None,
    }];
    plan.fake_wechat(Listen::loopback(0).listen)?;
    Ok(plan)
}

/// Nobody else's in a Redis that others use: an app's `access_token` is found by its appid.
fn invented_appid() -> anyhow::Result<String> {
    let mut random = [0; 6];
    getrandom::fill(&mut random)?;
    Ok(format!("wxdemo{}", hex::encode(random)))
}

async fn walk(system: &System, ledger: &Ledger, kept_in: &str) -> anyhow::Result<()> {
    let walk = Walk::new(system)?;
    let first = walk.log_in().await?;
    walk.be_recognised(&first).await?;
    walk.share_phone_number(&first).await?;
    walk.share_steps(&first).await?;
    let second = walk.refresh(&first).await?;
    let kept = ledger.kept().await?;
    walk.log_out(&second).await?;
    walk.look_at(kept_in, &kept, [first, second]).await
}
