//! All services in one process.
mod plan;

pub use self::plan::Plan;

use std::{convert::Infallible, net::SocketAddr, sync::Arc};

use anyhow::Context;
use fake_wechat::FakeWechat;
use service_kit::{Clock, GrpcBind, Host, Lifecycle};
use session_service::store::Records;
use tokio::net::TcpListener;

/// The whole product, running.
pub struct System {
    /// Ends everything, in the order in which callers come before those they call.
    pub lifecycle: Lifecycle,
    /// Where everything listens.
    pub addresses: Addresses,
    /// auth-gateway.
    pub gateway: Host,
    /// session-service.
    pub session: Running<session_service::Config>,
    /// crypto-service.
    pub crypto: Running<crypto_service::Config>,
    /// What session-service keeps, for those who want to look at it.
    pub records: Records,
    /// fake-wechat, unless the real WeChat is asked.
    pub fake: Option<FakeWechat>,
}

/// A service, and the settings with which it can be started again in its place.
pub struct Running<C> {
    /// What the service runs in; its lifecycle can be stopped by itself.
    pub host: Host,
    /// The settings, with the ports that were found free.
    pub config: C,
}

/// Where everything listens.
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    /// For mini-programs.
    pub public: SocketAddr,
    /// For proxies.
    pub internal: SocketAddr,
    /// Probes and metrics of auth-gateway.
    pub gateway_admin: SocketAddr,
    /// gRPC of session-service.
    pub session: SocketAddr,
    /// Probes and metrics of session-service.
    pub session_admin: SocketAddr,
    /// gRPC of crypto-service.
    pub crypto: SocketAddr,
    /// Probes and metrics of crypto-service.
    pub crypto_admin: SocketAddr,
    /// fake-wechat.
    pub fake: Option<SocketAddr>,
}

impl System {
    /// Starts everything: each socket is bound, and its port known, before its callers start.
    ///
    /// # Errors
    /// When a port is taken, a setting is wrong, or the database cannot be opened.
    pub async fn start(plan: Plan, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let lifecycle = Lifecycle::default();
        let Plan {
            mut gateway,
            mut session,
            mut crypto,
            fake,
        } = plan;
        let host = || Host::new(lifecycle.child(), clock.clone());
        let (gateway_host, session_host, crypto_host) = (host(), host(), host());

        let fake = match fake {
            Some(plan) => Some(start_fake(plan, &lifecycle, &clock).await?),
            None => None,
        };
        if let Some((_, address)) = &fake {
            session.wechat.base_url = format!("http://{address}/").parse()?;
        }

        let sockets = crypto.bind().await?;
        let crypto_at = at(&sockets.grpc)?;
        let crypto_admin = sockets.admin.local_addr()?;
        crypto.crypto_service.grpc.listen = crypto_at;
        crypto.crypto_service.admin.listen = crypto_admin;
        crypto
            .clone()
            .start_on(sockets, crypto_host.clone())
            .await
            .context("crypto-service")?;

        session.session_service.crypto_service = format!("http://{crypto_at}");
        let sockets = session.bind().await?;
        let session_at = at(&sockets.grpc)?;
        let session_admin = sockets.admin.local_addr()?;
        session.session_service.grpc.listen = session_at;
        session.session_service.admin.listen = session_admin;
        let records = session
            .clone()
            .start_on(sockets, session_host.clone())
            .await
            .context("session-service")?;

        gateway.gateway.session_service = format!("http://{session_at}");
        let sockets = gateway.bind().await?;
        let addresses = Addresses {
            public: sockets.public.local_addr()?,
            internal: sockets.internal.local_addr()?,
            gateway_admin: sockets.admin.local_addr()?,
            session: session_at,
            session_admin,
            crypto: crypto_at,
            crypto_admin,
            fake: fake.as_ref().map(|(_, address)| *address),
        };
        gateway
            .start_on(sockets, gateway_host.clone())
            .await
            .context("auth-gateway")?;

        let system = Self {
            lifecycle,
            addresses,
            gateway: gateway_host,
            session: Running {
                host: session_host,
                config: session,
            },
            crypto: Running {
                host: crypto_host,
                config: crypto,
            },
            records,
            fake: fake.map(|(fake, _)| fake),
        };
        system.drain_in_order();
        Ok(system)
    }

    /// When the process winds down, callers end before those they call, so that no request in flight
    /// loses its answer.
    fn drain_in_order(&self) {
        let stopping = self.lifecycle.stopping();
        let in_order =
            [&self.gateway, &self.session.host, &self.crypto.host].map(|h| h.lifecycle.clone());
        self.lifecycle.spawn("drain", async move {
            stopping.cancelled().await;
            for service in in_order {
                service.stop().await;
            }
            Ok::<_, Infallible>(())
        });
    }

    /// Ends everything and waits for it.
    pub async fn stop(&self) {
        self.lifecycle.stop().await;
    }
}

fn at(bind: &GrpcBind) -> anyhow::Result<SocketAddr> {
    bind.local_addr()
        .context("a service in this process listens on a socket")
}

async fn start_fake(
    plan: plan::Fake,
    lifecycle: &Lifecycle,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<(FakeWechat, SocketAddr)> {
    let fake = FakeWechat::new(plan.settings, clock.clone());
    let listener: TcpListener = fake_wechat::bind(plan.listen, false).await?;
    let address = listener.local_addr()?;
    let stopping = lifecycle.stopping().cancelled_owned();
    lifecycle.spawn(
        "fake-wechat",
        fake_wechat::serve(fake.clone(), listener, stopping),
    );
    Ok((fake, address))
}
