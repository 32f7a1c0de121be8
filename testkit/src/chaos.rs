//! A network that fails as a test tells it.
mod connection;
mod counters;
mod delivery;
mod faults;
mod listening;
mod resp;
mod tricks;

use std::{net::SocketAddr, sync::Arc};

use tokio::{sync::watch, task::JoinHandle};

use self::{connection::Blow, counters::Counters, faults::Current, tricks::Tricks};
pub use self::{
    counters::Counted,
    faults::{Cut, Delay, End, Faults, Way},
    tricks::{Trick, What},
};
use crate::{RedisServer, ports::free_port};

/// A proxy on loopback between two parts, which spoils what passes; healthy at first. Its connections
/// end when it is dropped.
pub struct ChaosProxy {
    at: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

/// What all connections share.
struct Shared {
    target: SocketAddr,
    speaks_redis: bool,
    faults: watch::Sender<Current>,
    /// Whether connections are refused by now.
    refuses: watch::Sender<bool>,
    /// What last befell all connections that there were.
    blow: watch::Sender<Option<Blow>>,
    counters: Counters,
    tricks: Tricks,
}

impl ChaosProxy {
    /// A proxy to `target`, of whatever protocol.
    pub async fn to(target: SocketAddr) -> Self {
        Self::start(target, false).await
    }

    /// A proxy to a Redis without TLS: it counts requests, and can mix up replies.
    pub async fn to_redis(server: &RedisServer) -> Self {
        Self::start(([127, 0, 0, 1], server.port()).into(), true).await
    }

    async fn start(target: SocketAddr, speaks_redis: bool) -> Self {
        let at = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let shared = Arc::new(Shared {
            target,
            speaks_redis,
            faults: watch::Sender::new(Current::default()),
            refuses: watch::Sender::new(true),
            blow: watch::Sender::new(None),
            counters: Counters::default(),
            tricks: Tricks::default(),
        });
        let serving = tokio::spawn(listening::serve(at, shared.clone()));
        let proxy = Self {
            at,
            shared,
            serving,
        };
        proxy.heal().await;
        proxy
    }

    /// Where clients find it.
    #[must_use]
    pub fn at(&self) -> SocketAddr {
        self.at
    }

    /// Its port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.at.port()
    }

    /// From now on these faults and no others, for all connections.
    pub async fn set(&self, faults: Faults) {
        let refuse = faults.refuse;
        self.shared
            .faults
            .send_modify(|current| current.set(faults));
        let mut refuses = self.shared.refuses.subscribe();
        let applied = refuses.wait_for(|refuses| *refuses == refuse).await;
        applied.expect("the proxy runs as long as this is not dropped");
    }

    /// No faults any more. What was held back passes now, late.
    pub async fn heal(&self) {
        self.set(Faults::default()).await;
    }

    /// Resets every connection there is.
    pub fn reset_all(&self) {
        self.shared.blow.send_replace(Some(Blow::Reset));
    }

    /// Nothing ever passes again on any connection there is, and nobody is told: each side believes
    /// that the other is still there. New connections are as usual.
    pub fn abandon_all(&self) {
        self.shared.blow.send_replace(Some(Blow::Abandon));
    }

    /// What has passed so far.
    #[must_use]
    pub fn counted(&self) -> Counted {
        self.shared.counters.so_far()
    }
}

impl Drop for ChaosProxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
