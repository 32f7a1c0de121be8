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
    pub gateway: Running<auth_gateway::Config>,
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
            gateway,
            mut session,
            crypto,
            fake,
        } = plan;
        let host = || Host::new(lifecycle.child(), clock.clone());

        let fake = match fake {
            Some(plan) => Some(start_fake(plan, &lifecycle, &clock).await?),
            None => None,
        };
        if let Some((_, address)) = &fake {
            session.wechat.base_url = format!("http://{address}/").parse()?;
        }
        let crypto = start_crypto(crypto, host())
            .await
            .context("crypto-service")?;
        let (session, records) = start_session(session, &crypto, host())
            .await
            .context("session-service")?;
        let gateway = start_gateway(gateway, &session, host())
            .await
            .context("auth-gateway")?;

        let system = Self {
            addresses: Addresses::of(
                &gateway,
                &session,
                &crypto,
                fake.as_ref().map(|(_, at)| *at),
            ),
            lifecycle,
            gateway,
            session,
            crypto,
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
        let in_order = [&self.gateway.host, &self.session.host, &self.crypto.host]
            .map(|host| host.lifecycle.clone());
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

impl Addresses {
    fn of(
        gateway: &Running<auth_gateway::Config>,
        session: &Running<session_service::Config>,
        crypto: &Running<crypto_service::Config>,
        fake: Option<SocketAddr>,
    ) -> Self {
        let gateway = &gateway.config.gateway;
        let (session, crypto) = (
            &session.config.session_service,
            &crypto.config.crypto_service,
        );
        Self {
            public: gateway.public.listen,
            internal: gateway.internal.listen,
            gateway_admin: gateway.admin.listen,
            session: session.grpc.listen,
            session_admin: session.admin.listen,
            crypto: crypto.grpc.listen,
            crypto_admin: crypto.admin.listen,
            fake,
        }
    }
}

async fn start_crypto(
    mut config: crypto_service::Config,
    host: Host,
) -> anyhow::Result<Running<crypto_service::Config>> {
    let sockets = config.bind().await?;
    config.crypto_service.grpc.listen = at(&sockets.grpc)?;
    config.crypto_service.admin.listen = sockets.admin.local_addr()?;
    config.clone().start_on(sockets, host.clone()).await?;
    Ok(Running { host, config })
}

async fn start_session(
    mut config: session_service::Config,
    crypto: &Running<crypto_service::Config>,
    host: Host,
) -> anyhow::Result<(Running<session_service::Config>, Records)> {
    let service = &mut config.session_service;
    service.crypto_service = format!("http://{}", crypto.config.crypto_service.grpc.listen);
    let sockets = config.bind().await?;
    config.session_service.grpc.listen = at(&sockets.grpc)?;
    config.session_service.admin.listen = sockets.admin.local_addr()?;
    let records = config.clone().start_on(sockets, host.clone()).await?;
    Ok((Running { host, config }, records))
}

async fn start_gateway(
    mut config: auth_gateway::Config,
    session: &Running<session_service::Config>,
    host: Host,
) -> anyhow::Result<Running<auth_gateway::Config>> {
    let service = &mut config.gateway;
    service.session_service = format!("http://{}", session.config.session_service.grpc.listen);
    let sockets = config.bind().await?;
    config.gateway.public.listen = sockets.public.local_addr()?;
    config.gateway.internal.listen = sockets.internal.local_addr()?;
    config.gateway.admin.listen = sockets.admin.local_addr()?;
    config.clone().start_on(sockets, host.clone()).await?;
    Ok(Running { host, config })
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
