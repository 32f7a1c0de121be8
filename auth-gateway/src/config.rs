//! The `[gateway]` settings, and how they become a running gateway.
use std::sync::Arc;

use anyhow::{Context, ensure};
use axum::Router;
use serde::Deserialize;
use service_kit::{Host, Listen, Process, connect};
use tokio::net::TcpListener;

use crate::{
    clients::{Deadlines, GrpcSessions},
    http::Limits,
    server::Server,
};

/// Everything the gateway process reads.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Config {
    /// `[gateway]`.
    #[serde(default)]
    pub gateway: GatewayConfig,
    /// `[telemetry]`.
    #[serde(default)]
    pub telemetry: telemetry::Config,
}

/// The `[gateway]` table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GatewayConfig {
    /// Where session-service is.
    pub session_service: String,
    /// The port for mini-programs.
    pub public: Listen,
    /// The port for proxies.
    pub internal: Listen,
    /// The port for operators.
    pub admin: Listen,
    /// What it takes on.
    pub limits: Limits,
    /// How long it waits for session-service.
    pub deadlines: Deadlines,
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            session_service: "http://127.0.0.1:50051".to_owned(),
            public: Listen::loopback(8080),
            internal: Listen::loopback(8081),
            admin: Listen::loopback(9080),
            limits: Limits::default(),
            deadlines: Deadlines::default(),
        }
    }
}

/// The gateway's sockets, bound.
#[derive(Debug)]
pub struct Sockets {
    /// For mini-programs.
    pub public: TcpListener,
    /// For proxies.
    pub internal: TcpListener,
    /// For operators.
    pub admin: TcpListener,
}

impl Config {
    /// Opens the sockets, so that their ports are known before anything is served.
    ///
    /// # Errors
    /// When an address is taken, or is not loopback and plaintext was not asked for.
    pub async fn bind(&self) -> anyhow::Result<Sockets> {
        let GatewayConfig {
            public,
            internal,
            admin,
            ..
        } = &self.gateway;
        Ok(Sockets {
            public: public.bind().await.context("gateway.public")?,
            internal: internal.bind().await.context("gateway.internal")?,
            admin: admin.bind().await.context("gateway.admin")?,
        })
    }

    /// Serves on `sockets` for `host`; session-service may come later.
    ///
    /// # Errors
    /// When the address of session-service is malformed, or a limit leaves no room for work.
    pub async fn start_on(self, sockets: Sockets, host: Host) -> anyhow::Result<()> {
        self.start_with(Router::new(), sockets, host).await
    }

    /// As [`Config::start_on`]; the port for mini-programs serves `beside` too, as it is: without the
    /// gateway's limits.
    ///
    /// # Errors
    /// As [`Config::start_on`].
    #[expect(clippy::unused_async, reason = "every service starts the same way")]
    pub async fn start_with(
        self,
        beside: Router,
        sockets: Sockets,
        host: Host,
    ) -> anyhow::Result<()> {
        let GatewayConfig {
            session_service,
            limits,
            deadlines,
            ..
        } = self.gateway;
        refuse_nothing(&limits, &deadlines)?;
        let channel =
            connect(&session_service, limits.request_timeout).context("gateway.session_service")?;
        let sessions = Arc::new(GrpcSessions::new(channel, deadlines));
        let server = Server::new(sessions, &limits, &host).beside(beside);
        server.serve(sockets.public, sockets.internal, &host);
        host.serve_admin(sockets.admin);
        Ok(())
    }
}

/// A limit of nothing lets nobody through.
fn refuse_nothing(limits: &Limits, deadlines: &Deadlines) -> anyhow::Result<()> {
    for (name, limit) in [
        ("body_bytes", limits.body_bytes),
        ("open_data_bytes", limits.open_data_bytes),
        ("concurrent_requests", limits.concurrent_requests),
        ("concurrent_logins", limits.concurrent_logins),
    ] {
        ensure!(limit > 0, "gateway.limits.{name} must be at least 1");
    }
    for (name, time) in [
        ("limits.body_timeout", limits.body_timeout),
        ("limits.request_timeout", limits.request_timeout),
        ("deadlines.login", deadlines.login),
        ("deadlines.session", deadlines.session),
        ("deadlines.other", deadlines.other),
    ] {
        ensure!(!time.is_zero(), "gateway.{name} must be more than 0");
    }
    Ok(())
}

impl Process for Config {
    const NAME: &'static str = "auth-gateway";

    fn telemetry(&self) -> &telemetry::Config {
        &self.telemetry
    }

    fn admin(&self) -> &Listen {
        &self.gateway.admin
    }

    async fn start(self, host: Host) -> anyhow::Result<()> {
        let sockets = self.bind().await?;
        self.start_on(sockets, host).await
    }
}
