//! A Cluster: each slot has its own master, and slots move.
//!
//! redis-rs' Cluster client retries for minutes where nobody answers, and one silent node delays all
//! questions. Here each node has its own pool, the map of slots is read aside, and all of a question,
//! redirections and second tries included, ends with one time-out.
use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use deadpool_redis::redis::{RedisError, ServerErrorKind};
use tokio::sync::{Mutex, MutexGuard};

use super::{
    address::Host,
    asking,
    manager::Proof,
    mistake::RedisMistake,
    node::{Node, Wiring},
    nowhere::Nowhere,
    route::{Next, Route},
    slots::{SlotMap, slot},
    trouble::{Away, Trouble},
};
use crate::store::StoreKey;

/// The nodes, and which slots they answer for.
#[derive(Clone)]
pub(super) struct Cluster(Arc<Shared>);

struct Shared {
    seeds: Vec<Host>,
    wiring: Wiring,
    map: RwLock<SlotMap>,
    nowhere: Nowhere,
    nodes: RwLock<HashMap<Host, Arc<Node>>>,
    reading: Mutex<()>,
    stale: AtomicBool,
}

impl Cluster {
    pub(super) fn new(seeds: Vec<Host>, wiring: Wiring) -> Self {
        Self(Arc::new(Shared {
            seeds,
            wiring,
            map: RwLock::default(),
            nowhere: Nowhere::default(),
            nodes: RwLock::default(),
            reading: Mutex::default(),
            stale: AtomicBool::new(false),
        }))
    }

    /// Has the map read again, aside: nobody waits for it but whoever comes again later.
    fn read_again(&self) {
        if self.0.stale.swap(true, Ordering::Relaxed) {
            return;
        }
        let shared = self.0.clone();
        tokio::spawn(async move { shared.read_map().await });
    }
}

impl Shared {
    fn map<T>(&self, look: impl FnOnce(&SlotMap) -> T) -> T {
        look(&self.map.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Everybody is asked: those named in the settings may all be gone by now.
    async fn read_map(&self) {
        let reading = self.reading.lock().await;
        self.read_map_holding(&reading).await;
    }

    async fn read_map_holding(&self, _one_at_a_time: &MutexGuard<'_, ()>) {
        let mut whom = self.map(SlotMap::hosts);
        let seeds = self.seeds.iter();
        whom.extend(
            seeds
                .filter(|seed| !self.map(SlotMap::hosts).contains(seed))
                .cloned(),
        );
        let found = asking::slots(&whom, &self.wiring.dialer, self.wiring.timeout / 2).await;
        self.stale.store(false, Ordering::Relaxed);
        self.nowhere.note(&found);
        match found {
            Ok(ranges) => self.adopt(SlotMap::new(ranges)),
            Err(mistake) => tracing::warn!(
                event = "redis_cluster_silent",
                mistake = mistake.map(RedisMistake::as_str),
                "no node tells of the slots"
            ),
        }
    }

    fn adopt(&self, map: SlotMap) {
        let hosts = map.hosts();
        *self.map.write().unwrap_or_else(PoisonError::into_inner) = map;
        let mut nodes = self.nodes.write().unwrap_or_else(PoisonError::into_inner);
        nodes.retain(|host, _| hosts.contains(host));
    }

    async fn find_map(&self) {
        if !self.map(SlotMap::is_empty) {
            return;
        }
        let reading = self.reading.lock().await;
        // Whoever held it may have found the map.
        if self.map(SlotMap::is_empty) {
            self.read_map_holding(&reading).await;
        }
    }

    fn node_at(&self, host: &Host) -> Result<Arc<Node>, Trouble> {
        let known = self.nodes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(node) = known.get(host) {
            return Ok(node.clone());
        }
        drop(known);
        let node = Node::new(&self.wiring, host.clone(), Proof::Alive);
        let node = Arc::new(node.map_err(|error| Trouble::Away(Away::Unreachable(error)))?);
        let mut nodes = self.nodes.write().unwrap_or_else(PoisonError::into_inner);
        Ok(nodes.entry(host.clone()).or_insert(node).clone())
    }

    fn learn(&self, key: &StoreKey, host: Host) {
        let mut map = self.map.write().unwrap_or_else(PoisonError::into_inner);
        map.learn(slot(key), host);
    }
}

#[async_trait]
impl Route for Cluster {
    async fn node(&self, key: &StoreKey) -> Result<Arc<Node>, Trouble> {
        self.0.find_map().await;
        let host = self.0.map(|map| map.owner(slot(key)).cloned());
        let Some(host) = host else {
            self.read_again();
            return Err(self.0.nowhere.trouble());
        };
        self.0.node_at(&host)
    }

    fn node_at(&self, host: &Host) -> Result<Arc<Node>, Trouble> {
        self.0.node_at(host)
    }

    fn after(&self, key: &StoreKey, node: &Arc<Node>, trouble: &Trouble, harmless: bool) -> Next {
        match trouble {
            Trouble::Says(error) => self.after_saying(key, node, error),
            Trouble::Mistaken(_) | Trouble::Away(Away::Unwelcome(_) | Away::Busy) => Next::GiveUp,
            Trouble::Away(_) => {
                node.forget_idle();
                self.read_again();
                if trouble.may_have_been_done() && !harmless {
                    return Next::GiveUp;
                }
                Next::Later
            }
        }
    }

    async fn masters(&self) -> Result<Vec<Arc<Node>>, Trouble> {
        self.0.find_map().await;
        let hosts = self.0.map(SlotMap::hosts);
        if hosts.is_empty() {
            return Err(self.0.nowhere.trouble());
        }
        hosts.iter().map(|host| self.0.node_at(host)).collect()
    }
}

impl Cluster {
    fn after_saying(&self, key: &StoreKey, node: &Arc<Node>, error: &RedisError) -> Next {
        use deadpool_redis::redis::ErrorKind::Server;
        match error.kind() {
            Server(ServerErrorKind::Moved) => {
                self.read_again();
                redirection(error, node).map_or(Next::Later, |host| {
                    self.0.learn(key, host);
                    Next::Again
                })
            }
            Server(ServerErrorKind::Ask) => redirection(error, node).map_or(Next::Later, Next::At),
            Server(ServerErrorKind::TryAgain) => Next::Later,
            Server(
                ServerErrorKind::ClusterDown
                | ServerErrorKind::MasterDown
                | ServerErrorKind::BusyLoading
                | ServerErrorKind::ReadOnly,
            ) => {
                self.read_again();
                Next::Later
            }
            _ => Next::GiveUp,
        }
    }
}

/// Where a redirection leads; without a host it means another port of the same one.
fn redirection(error: &RedisError, node: &Node) -> Option<Host> {
    let (address, _) = error.redirect_node()?;
    let mut host: Host = address.parse().ok()?;
    if host.name.is_empty() {
        host.name.clone_from(&node.host.name);
    }
    Some(host)
}
