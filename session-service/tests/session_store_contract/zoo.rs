//! The other two ways to run Redis, locked and open: one of each, asked every rule in turn.
use std::{sync::Arc, time::Duration};

use session_service::{
    config::RedisConfig,
    store::{RedisStore, SessionStore},
};
use testkit::{RedisAccess, RedisCluster, RedisSentinel, RedisServer};

use crate::subject::{Subject, TIMEOUT};

/// Redis of one kind, and a store that uses it.
pub(crate) struct Zoo<K> {
    kind: K,
    pub(crate) subject: Subject,
}

/// The store that `config` describes, asked with this much patience.
pub(crate) fn store(config: RedisConfig, timeout: Duration) -> Arc<dyn SessionStore> {
    let config = RedisConfig { timeout, ..config };
    Arc::new(RedisStore::new(&config.settings().unwrap()).unwrap())
}

pub(crate) async fn sentinel(access: RedisAccess) -> Zoo<RedisSentinel> {
    let kind = RedisSentinel::with(&access).await;
    let subject = Subject::of(store(kind.config(), TIMEOUT));
    Zoo { kind, subject }
}

pub(crate) async fn cluster(access: RedisAccess) -> Zoo<RedisCluster> {
    let kind = RedisCluster::with(&access).await;
    let subject = Subject::of(store(kind.config(), TIMEOUT));
    Zoo { kind, subject }
}

pub(crate) async fn alone(access: RedisAccess) -> Zoo<RedisServer> {
    let kind = RedisServer::with(&access).await;
    let subject = Subject::of(store(kind.config(), TIMEOUT));
    Zoo { kind, subject }
}

/// Whoever keeps records.
pub(crate) trait Nodes {
    fn nodes(&self) -> &[RedisServer];
}

impl Nodes for RedisSentinel {
    fn nodes(&self) -> &[RedisServer] {
        &self.nodes
    }
}

impl Nodes for RedisCluster {
    fn nodes(&self) -> &[RedisServer] {
        &self.nodes
    }
}

impl Nodes for RedisServer {
    fn nodes(&self) -> &[RedisServer] {
        std::slice::from_ref(self)
    }
}

impl<K: Nodes> Zoo<K> {
    /// An empty store again.
    pub(crate) async fn clear(&self) {
        for node in self.kind.nodes() {
            // A replica refuses, and follows its master.
            let _ = node.ask::<()>(&["FLUSHALL"]).await;
        }
    }
}
