//! `wxgate demo`: one user's walk, with what crossed the wire.
mod calls;
mod kept;
mod page;

use std::{process::ExitCode, sync::Arc};

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use service_kit::SystemClock;
use session_service::config::RedisConfig;

use self::{calls::Client, kept::Secrets, page::heading};
use crate::system::{Plan, System};

/// The demo's user, in the fake WeChat.
const OPENID: &str = "oDemoUser0000000000000000001";
const PHONE: &str = "13800000001";

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
    let system = System::start(plan, Arc::new(SystemClock)).await?;
    let walked = walk(&system, kept_in).await;
    system.stop().await;
    tokio::task::spawn_blocking(move || guard.shutdown()).await?;
    walked?;
    println!("\nThat was all of it: three services, real HTTP and gRPC. Nothing is left behind.");
    Ok(ExitCode::SUCCESS)
}

async fn walk(system: &System, kept_in: &str) -> anyhow::Result<()> {
    let fake = system
        .addresses
        .fake
        .context("the demo runs on the fake WeChat")?;
    let client = Client::new(system.addresses.public, system.addresses.internal, fake)?;

    heading(
        1,
        "The mini-program calls wx.login(); WeChat gives it a code.",
    );
    let user = json!({ "phone": PHONE, "nickname": "阿梅" });
    client
        .fake("PUT", &format!("/_fake/users/{OPENID}"), &user)
        .await?;
    let code = client
        .fake("POST", "/_fake/login-code", &json!({ "openid": OPENID }))
        .await?;
    page::note(&format!("code = {}", page::shorten(&code["code"])));

    heading(
        2,
        "It sends the code to wxgate, which asks WeChat, registers the user, opens a session.",
    );
    let body = json!({ "code": code["code"], "device": "demo phone" });
    let login = client
        .public("POST", "/v1/login", None, Some(&body))
        .await?
        .expect(200)?;
    let first = token(&login)?;

    heading(
        3,
        "Each request carries session_rd. wxgate knows who it is.",
    );
    client
        .public("GET", "/v1/session", Some(&first), None)
        .await?
        .expect(200)?;

    heading(
        4,
        "A proxy or business service asks the internal port: who is calling?",
    );
    client.internal("/verify", &first).await?.expect(200)?;

    heading(
        5,
        "The user taps \"share my phone number\": WeChat encrypts it, wxgate opens it.",
    );
    let data = json!({ "openid": OPENID, "kind": "phone" });
    let sealed = client.fake("POST", "/_fake/open-data", &data).await?;
    let opened = client
        .public("POST", "/v1/open-data/decrypt", Some(&first), Some(&sealed))
        .await?
        .expect(200)?;
    ensure!(
        opened["data"]["purePhoneNumber"] == PHONE,
        "the phone number came out wrong"
    );

    heading(
        6,
        "Twenty minutes later (the demo does not wait) it refreshes: a successor replaces the token.",
    );
    let refreshed = client
        .public("POST", "/v1/session/refresh", Some(&first), None)
        .await?
        .expect(200)?;
    let second = token(&refreshed)?;
    let kept = system.records.dump().await?;

    heading(
        7,
        "The user logs out. The token is worth nothing from then on.",
    );
    client
        .public("DELETE", "/v1/session", Some(&second), None)
        .await?
        .expect(204)?;
    client
        .public("GET", "/v1/session", Some(&second), None)
        .await?
        .expect(401)?;

    heading(
        8,
        &format!("What {kept_in} held while the user was logged in: sealed records."),
    );
    let user = client
        .fake("PUT", &format!("/_fake/users/{OPENID}"), &json!({}))
        .await?;
    let session_key = user["session_key"]
        .as_str()
        .context("the fake tells its keys")?
        .to_owned();
    kept::show(
        &kept,
        &Secrets {
            session_key,
            tokens: [first, second],
            openid: OPENID.to_owned(),
        },
    )
}

fn token(answer: &Value) -> anyhow::Result<String> {
    Ok(answer["session_rd"]
        .as_str()
        .context("no session_rd in the answer")?
        .to_owned())
}
