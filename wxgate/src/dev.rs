//! `wxgate dev`: everything on a laptop.
use std::{net::SocketAddr, path::Path, process::ExitCode, sync::Arc, time::Duration};

use serde::Deserialize;
use service_kit::{Listen, SystemClock, config};
use session_service::config::{DatabaseSettings, RedisConfig};
use telemetry::SpanFeed;

use crate::{
    cli::{Dev, Wechat},
    folder::Claim,
    system::{Addresses, Plan, System},
};

/// fake-wechat's port, unless `[fake_wechat] listen` says otherwise.
const FAKE_PORT: u16 = 8090;
/// Requests in flight get this long after the first signal.
const GRACE: Duration = Duration::from_secs(10);

/// What `dev` reads besides the services' tables.
#[derive(Default, Deserialize)]
#[serde(default)]
struct OwnTables {
    fake_wechat: FakeTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FakeTable {
    listen: SocketAddr,
}

impl Default for FakeTable {
    fn default() -> Self {
        Self {
            listen: Listen::loopback(FAKE_PORT).listen,
        }
    }
}

pub(crate) async fn run(dev: Dev) -> anyhow::Result<ExitCode> {
    let mut plan = plan(&dev)?;
    let claim = furnish(&mut plan, &dev)?;
    let data_dir = claim.as_ref().map(|_| dev.data_dir.as_path());
    let feed = SpanFeed::default();
    // Whoever sees the page can make users and faults: nobody but this machine.
    let private = plan.gateway.gateway.public.listen.ip().is_loopback();
    plan.playground = (plan.fake.is_some() && private).then(|| feed.clone());
    let guard = telemetry::init_fed("wxgate", &plan.gateway.telemetry, feed)?;
    let ended = serve(plan, data_dir).await;
    tokio::task::spawn_blocking(move || guard.shutdown()).await?;
    ended
}

async fn serve(plan: Plan, data_dir: Option<&Path>) -> anyhow::Result<ExitCode> {
    let (kept, plays) = (kept_in(&plan), plan.playground.is_some());
    let system = Box::pin(System::start(plan, Arc::new(SystemClock))).await?;
    print!("{}", welcome(&system.addresses, kept, data_dir));
    if plays {
        let at = system.addresses.public;
        println!("Look at it in a browser: http://{at}/playground\n");
    }
    let code = system.lifecycle.run(GRACE).await?;
    println!("wxgate has ended.");
    Ok(code)
}

fn plan(dev: &Dev) -> anyhow::Result<Plan> {
    let file = dev.config.as_deref();
    let mut plan = Plan {
        gateway: config::load(file)?,
        session: config::load(file)?,
        crypto: config::load(file)?,
        fake: None,
        playground: None,
        notes_writes: false,
    };
    if let Some(url) = &dev.parts.redis {
        plan.session.redis = Some(RedisConfig::at(url));
    }
    if let Some(url) = &dev.parts.database {
        plan.session.database = DatabaseSettings::at(url);
    }
    if dev.parts.wechat == Wechat::Fake {
        let OwnTables { fake_wechat } = config::load(file)?;
        plan.fake_wechat(fake_wechat.listen)?;
    }
    Ok(plan)
}

/// Makes what the settings leave out, in a folder that no other process uses meanwhile. Where they
/// leave nothing out, nothing is kept there: it may be another's.
fn furnish(plan: &mut Plan, dev: &Dev) -> anyhow::Result<Option<Claim>> {
    if plan.is_furnished() {
        return Ok(None);
    }
    let claim = Claim::take(&dev.data_dir)?;
    plan.furnish(&dev.data_dir)?;
    Ok(Some(claim))
}

fn kept_in(plan: &Plan) -> &'static str {
    if plan.session.redis.is_some() {
        "Redis"
    } else {
        "memory"
    }
}

fn welcome(addresses: &Addresses, kept: &str, data_dir: Option<&Path>) -> String {
    let line = |what: &str, at: &str, about: &str| {
        format!("  {what:<16}  {at:<24}  {about}")
            .trim_end()
            .to_owned()
            + "\n"
    };
    let http = |at: &SocketAddr| format!("http://{at}");
    let api = "mini-programs log in here; /docs describes the API";
    let sessions = format!("gRPC; sessions are kept in {kept}");
    let data = data_dir.map_or("as the settings say".to_owned(), |dir| {
        dir.display().to_string()
    });
    let wechat = addresses.fake.map_or_else(
        || line("WeChat", "the real one", ""),
        |fake| line("fake-wechat", &http(&fake), "invented users, no security"),
    );
    [
        "\nwxgate is up. Ctrl-C ends it.\n\n".to_owned(),
        line("auth-gateway", &http(&addresses.public), api),
        line(
            "internal port",
            &http(&addresses.internal),
            "/verify, for your proxy",
        ),
        line("session-service", &addresses.session.to_string(), &sessions),
        line("crypto-service", &addresses.crypto.to_string(), "gRPC"),
        wechat,
        line("users and keys", &data, ""),
        addresses
            .fake
            .map(|at| try_it(addresses, at))
            .unwrap_or_default(),
    ]
    .concat()
}

fn try_it(addresses: &Addresses, fake: SocketAddr) -> String {
    let json = "-H 'content-type: application/json'";
    format!(
        "\nTry it: a code from the fake WeChat buys a session.\n\
         \x20 code=$(curl -s {json} -d '{{}}' http://{fake}/_fake/login-code | sed 's/.*\"code\":\"\\([^\"]*\\).*/\\1/')\n\
         \x20 curl -s {json} -d \"{{\\\"code\\\":\\\"$code\\\"}}\" http://{}/v1/login\n\n",
        addresses.public
    )
}
