//! A master that sentinels know, and may replace.
//!
//! redis-rs asks the sentinels when it connects, and never again: a connection to a demoted master goes
//! on answering reads with what the others have left behind. Here each connection shows once a second
//! that it leads to a master, any doubt has the sentinels asked at once, and while all seems well
//! they are asked once a second besides: a master cut off from everybody else still calls itself one.
use std::{
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use deadpool_redis::redis::ServerErrorKind;
use tokio::{sync::Mutex, time::Instant};

use super::{
    address::{Dialer, Host},
    asking::{self, Master},
    manager::Proof,
    mistake::RedisMistake,
    node::{Node, Wiring},
    nowhere::Nowhere,
    route::{Next, Route},
    trouble::{Away, Trouble},
};
use crate::store::StoreKey;

/// While all seems well.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// In doubt; those who come meanwhile take what the last one found.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// The master of the moment, as the sentinels see it.
#[derive(Clone)]
pub(super) struct Sentinel(Arc<Shared>);

struct Shared {
    sentinels: Vec<Host>,
    /// Calls the sentinels.
    dialer: Dialer,
    name: String,
    /// Calls the servers.
    wiring: Wiring,
    master: RwLock<Option<Arc<Node>>>,
    nowhere: Nowhere,
    doubted: AtomicBool,
    looking: Mutex<Look>,
}

/// What the sentinels said last.
#[derive(Default)]
struct Look {
    at: Option<Instant>,
    /// The largest epoch heard of: whoever names a smaller one has slept.
    epoch: u64,
    silent: bool,
}

impl Sentinel {
    pub(super) fn new(sentinels: Vec<Host>, dialer: Dialer, name: String, wiring: Wiring) -> Self {
        Self(Arc::new(Shared {
            sentinels,
            dialer,
            name,
            wiring,
            master: RwLock::default(),
            nowhere: Nowhere::default(),
            doubted: AtomicBool::new(false),
            looking: Mutex::default(),
        }))
    }

    /// While all seems well, a look costs the asker nothing.
    fn look_now_and_then(&self) {
        let Ok(last) = self.0.looking.try_lock() else {
            return;
        };
        if last.at.is_some_and(|at| at.elapsed() < LOOK_EVERY) {
            return;
        }
        let shared = self.0.clone();
        tokio::spawn(async move { shared.look(LOOK_EVERY).await });
    }
}

impl Shared {
    fn current(&self) -> Option<Arc<Node>> {
        let master = self.master.read().unwrap_or_else(PoisonError::into_inner);
        master.clone()
    }

    /// Asks the sentinels, unless somebody did within `recently`. Where they are silent, the master that is
    /// known is as good as it shows itself.
    async fn look(&self, recently: Duration) {
        let mut last = self.looking.lock().await;
        if last.at.is_some_and(|at| at.elapsed() < recently) {
            return;
        }
        let patience = self.wiring.timeout / 2;
        let found = asking::master(&self.sentinels, &self.dialer, &self.name, patience).await;
        last.at = Some(Instant::now());
        self.doubted.store(false, Ordering::Relaxed);
        self.nowhere.note(&found);
        let was_silent = std::mem::replace(&mut last.silent, found.is_err());
        match found {
            Ok(Master { host, epoch }) if epoch >= last.epoch => {
                last.epoch = epoch;
                self.follow(host);
            }
            Err(mistake) if !was_silent => tracing::warn!(
                event = "redis_sentinels_silent",
                mistake = mistake.map(RedisMistake::as_str),
                "no sentinel names a master"
            ),
            Ok(_) | Err(_) => {}
        }
    }

    fn follow(&self, host: Host) {
        let known = self.current();
        if known.as_ref().is_some_and(|node| node.host == host) {
            return;
        }
        match Node::new(&self.wiring, host, Proof::Master) {
            Ok(node) => {
                tracing::info!(event = "redis_master", redis.master = %node.host, "the sentinels name a master");
                let mut master = self.master.write().unwrap_or_else(PoisonError::into_inner);
                *master = Some(Arc::new(node));
            }
            Err(error) => tracing::error!(
                error = service_kit::causes(&error),
                "the sentinels name an address that is none"
            ),
        }
        if let Some(old) = known {
            old.forget_idle();
        }
    }
}

#[async_trait]
impl Route for Sentinel {
    async fn node(&self, _: &StoreKey) -> Result<Arc<Node>, Trouble> {
        let sure = !self.0.doubted.load(Ordering::Relaxed);
        if let Some(node) = self.0.current().filter(|_| sure) {
            self.look_now_and_then();
            return Ok(node);
        }
        self.0.look(LOOK_AGAIN_AFTER).await;
        self.0.current().ok_or_else(|| self.0.nowhere.trouble())
    }

    fn node_at(&self, _: &Host) -> Result<Arc<Node>, Trouble> {
        self.0.current().ok_or_else(|| self.0.nowhere.trouble())
    }

    fn after(&self, _: &StoreKey, node: &Arc<Node>, trouble: &Trouble, harmless: bool) -> Next {
        let demoted = matches!(
            trouble.says(),
            Some(
                ServerErrorKind::ReadOnly
                    | ServerErrorKind::BusyLoading
                    | ServerErrorKind::MasterDown
            )
        );
        match trouble {
            Trouble::Says(_) if !demoted => return Next::GiveUp,
            Trouble::Mistaken(_) | Trouble::Away(Away::Unwelcome(_) | Away::Busy) => {
                return Next::GiveUp;
            }
            _ => {}
        }
        self.0.doubted.store(true, Ordering::Relaxed);
        node.forget_idle();
        if trouble.may_have_been_done() && !harmless {
            return Next::GiveUp;
        }
        Next::Later
    }

    async fn masters(&self) -> Result<Vec<Arc<Node>>, Trouble> {
        self.0.look(LOOK_EVERY).await;
        let master = self.0.current();
        Ok(vec![master.ok_or_else(|| self.0.nowhere.trouble())?])
    }
}
