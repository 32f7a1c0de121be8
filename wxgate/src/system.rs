//! All services in one process.
mod ledger;
mod plan;

pub use self::{ledger::Ledger, plan::Plan};

use std::{convert::Infallible, net::SocketAddr, sync::Arc};

use anyhow::Context;
use axum::Router;
use fake_wechat::FakeWechat;
use service_kit::{Clock, GrpcBind, Host, Lifecycle};
use session_service::store::{Records, SessionStore};
use telemetry::SpanFeed;
use tokio::net::TcpListener;

use crate::playground::{Outage, Playground, Sources, Switched};

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
    /// What was written there, where the plan is to note it.
    pub ledger: Option<Arc<Ledger>>,
    /// fake-wechat, unless the real WeChat is asked.
    pub fake: Option<RunningFake>,
}

/// fake-wechat, running.
pub struct RunningFake {
    /// Its invented world, which outlives a stop.
    pub world: FakeWechat,
    /// Can be stopped by itself.
    pub lifecycle: Lifecycle,
    /// Where it listens.
    pub at: SocketAddr,
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
            playground,
            notes_writes,
        } = plan;
        let host = || Host::new(lifecycle.child(), clock.clone());

        let fake = match fake {
            Some(plan) => Some(RunningFake::start(plan, lifecycle.child(), &clock).await?),
            None => None,
        };
        if let Some(fake) = &fake {
            session.wechat.base_url = format!("http://{}/", fake.at).parse()?;
        }
        let crypto = start_crypto(crypto, host())
            .await
            .context("crypto-service")?;
        let session = start_session(session, notes_writes, &crypto, host())
            .await
            .context("session-service")?;
        let beside = match (playground, &fake) {
            (Some(feed), Some(fake)) => session.playground(feed, fake.at, &lifecycle)?,
            _ => Router::new(),
        };
        let Started {
            session,
            records,
            ledger,
            ..
        } = session;
        let gateway = start_gateway(gateway, beside, &session, host())
            .await
            .context("auth-gateway")?;

        let system = Self {
            addresses: Addresses::of(
                &gateway,
                &session,
                &crypto,
                fake.as_ref().map(|fake| fake.at),
            ),
            lifecycle,
            gateway,
            session,
            crypto,
            records,
            ledger,
            fake,
        };
        system.drain_in_order();
        Ok(system)
    }

    /// When the process winds down, callers end before those they call, so that no request in flight
    /// loses its answer.
    fn drain_in_order(&self) {
        let stopping = self.lifecycle.stopping();
        let services = [&self.gateway.host, &self.session.host, &self.crypto.host];
        let services = services.map(|host| host.lifecycle.clone());
        let fake = self.fake.iter().map(|fake| fake.lifecycle.clone());
        let in_order: Vec<Lifecycle> = services.into_iter().chain(fake).collect();
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

/// session-service, running, and what it runs on.
struct Started {
    session: Running<session_service::Config>,
    records: Records,
    ledger: Option<Arc<Ledger>>,
    outage: Outage,
}

impl Started {
    fn playground(
        &self,
        feed: SpanFeed,
        fake: SocketAddr,
        lifecycle: &Lifecycle,
    ) -> anyhow::Result<Router> {
        let playground = Playground::new(Sources {
            feed,
            outage: self.outage.clone(),
            fake,
            appid: appid(&self.session.config),
            store: self.records.system(),
            stopping: lifecycle.stopping(),
        })?;
        Ok(playground.routes())
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
    notes_writes: bool,
    crypto: &Running<crypto_service::Config>,
    host: Host,
) -> anyhow::Result<Started> {
    let service = &mut config.session_service;
    service.crypto_service = format!("http://{}", crypto.config.crypto_service.grpc.listen);
    let sockets = config.bind().await?;
    config.session_service.grpc.listen = at(&sockets.grpc)?;
    config.session_service.admin.listen = sockets.admin.local_addr()?;
    let mut store = config.session_store(&host).await?;
    let ledger = notes_writes.then(|| Ledger::over(store.clone()));
    if let Some(ledger) = &ledger {
        store = ledger.clone() as Arc<dyn SessionStore>;
    }
    let (store, outage) = Switched::new(store);
    let starting = config.clone().start_with(store, sockets, host.clone());
    let records = starting.await?;
    let session = Running { host, config };
    Ok(Started {
        session,
        records,
        ledger,
        outage,
    })
}

async fn start_gateway(
    mut config: auth_gateway::Config,
    beside: Router,
    session: &Running<session_service::Config>,
    host: Host,
) -> anyhow::Result<Running<auth_gateway::Config>> {
    let service = &mut config.gateway;
    service.session_service = format!("http://{}", session.config.session_service.grpc.listen);
    let sockets = config.bind().await?;
    config.gateway.public.listen = sockets.public.local_addr()?;
    config.gateway.internal.listen = sockets.internal.local_addr()?;
    config.gateway.admin.listen = sockets.admin.local_addr()?;
    let starting = config.clone().start_with(beside, sockets, host.clone());
    starting.await?;
    Ok(Running { host, config })
}

/// The mini-program that is meant where none is named.
fn appid(config: &session_service::Config) -> String {
    let first = config.apps.first();
    first.map(|app| app.appid.clone()).unwrap_or_default()
}

fn at(bind: &GrpcBind) -> anyhow::Result<SocketAddr> {
    bind.local_addr()
        .context("a service in this process listens on a socket")
}

impl RunningFake {
    async fn start(
        plan: plan::Fake,
        lifecycle: Lifecycle,
        clock: &Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let world = FakeWechat::new(plan.settings, clock.clone());
        let listener = fake_wechat::bind(plan.listen, false).await?;
        let fake = Self {
            world,
            lifecycle,
            at: listener.local_addr()?,
        };
        fake.serve(listener, &fake.lifecycle);
        Ok(fake)
    }

    /// Serves the same world, in tasks of `lifecycle`.
    pub fn serve(&self, listener: TcpListener, lifecycle: &Lifecycle) {
        let stopping = lifecycle.stopping().cancelled_owned();
        let serving = fake_wechat::serve(self.world.clone(), listener, stopping);
        lifecycle.spawn("fake-wechat", serving);
    }
}
