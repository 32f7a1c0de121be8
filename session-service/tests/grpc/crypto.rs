//! A real crypto-service on a port of its own, which can go away and come back.
use std::sync::Arc;

use crypto_service::{Config, CryptoService};
use service_kit::{GrpcBind, Host, KeyRing, Lifecycle, Listen, ManualClock};

/// crypto-service, running or not.
pub(crate) struct Crypto {
    config: Config,
    clock: Arc<ManualClock>,
    host: Host,
}

impl Crypto {
    pub(crate) async fn start(clock: Arc<ManualClock>) -> Self {
        let mut config = Config {
            crypto_service: CryptoService {
                grpc: Listen::loopback(0),
                admin: Listen::loopback(0),
            },
            ..Config::default()
        };
        let keys = KeyRing::generate().unwrap().to_text();
        config.crypto.master_keys = Some(keys.as_str().into());
        let host = Host::new(Lifecycle::default(), clock.clone());
        let port = serve(&config, &host).await;
        config.crypto_service.grpc = Listen::loopback(port);
        Self {
            config,
            clock,
            host,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.config.crypto_service.grpc.listen)
    }

    /// Ends it; whoever connects is refused from now on.
    pub(crate) async fn stop(&self) {
        self.host.lifecycle.stop().await;
    }

    /// Starts it again where it was, with the keys it had.
    pub(crate) async fn start_again(&mut self) {
        self.host = Host::new(Lifecycle::default(), self.clock.clone());
        serve(&self.config, &self.host).await;
    }
}

async fn serve(config: &Config, host: &Host) -> u16 {
    let sockets = config.bind().await.unwrap();
    let GrpcBind::Tcp(listener) = &sockets.grpc else {
        panic!("the service listens on a socket");
    };
    let port = listener.local_addr().unwrap().port();
    config
        .clone()
        .start_on(sockets, host.clone())
        .await
        .unwrap();
    port
}
