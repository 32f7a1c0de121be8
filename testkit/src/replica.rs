//! Another machine of the same installation.
use std::{net::SocketAddr, sync::Arc, time::Duration};

use service_kit::{Host, Lifecycle, Listen, ManualClock};

use crate::{Phone, Stage};

const PAUSE: Duration = Duration::from_millis(2);

/// A session-service with a gateway before it: it shares the stage's Redis, database, keys,
/// crypto-service and WeChat, unless its settings say otherwise.
pub struct Replica {
    /// A mini-program that talks to this replica.
    pub phone: Phone,
    /// What its session-service runs in.
    pub session: Host,
    /// gRPC of its session-service.
    pub service: SocketAddr,
    gateway: Lifecycle,
}

impl Replica {
    /// A replica of `stage` that goes by `clock`; the settings as `change` leaves them.
    pub async fn of(
        stage: &Stage,
        clock: Arc<ManualClock>,
        change: impl FnOnce(&mut session_service::Config),
    ) -> Self {
        let session = Host::new(Lifecycle::default(), clock.clone());
        let service = serve_sessions(stage, &session, change).await;
        let gateway = Host::new(Lifecycle::default(), clock);
        let (public, internal) = serve_http(stage, gateway.clone(), service).await;
        while !(session.readiness.ready() && gateway.readiness.ready()) {
            tokio::time::sleep(PAUSE).await;
        }
        Self {
            phone: Phone::new(public, internal),
            session,
            service,
            gateway: gateway.lifecycle,
        }
    }

    /// Ends it; what is in flight is answered first.
    pub async fn end(&self) {
        self.gateway.stop().await;
        self.session.lifecycle.stop().await;
    }
}

async fn serve_sessions(
    stage: &Stage,
    host: &Host,
    change: impl FnOnce(&mut session_service::Config),
) -> SocketAddr {
    let mut config = stage.system.session.config.clone();
    let service = &mut config.session_service;
    (service.grpc, service.admin) = (Listen::loopback(0), Listen::loopback(0));
    change(&mut config);
    let sockets = config.bind().await.unwrap();
    let address = sockets.grpc.local_addr().expect("it listens on a socket");
    config.start_on(sockets, host.clone()).await.unwrap();
    address
}

async fn serve_http(stage: &Stage, host: Host, service: SocketAddr) -> (SocketAddr, SocketAddr) {
    let mut config = stage.system.gateway.config.clone();
    let gateway = &mut config.gateway;
    gateway.session_service = format!("http://{service}");
    for listen in [
        &mut gateway.public,
        &mut gateway.internal,
        &mut gateway.admin,
    ] {
        *listen = Listen::loopback(0);
    }
    let sockets = config.bind().await.unwrap();
    let public = sockets.public.local_addr().unwrap();
    let internal = sockets.internal.local_addr().unwrap();
    config.start_on(sockets, host).await.unwrap();
    (public, internal)
}
