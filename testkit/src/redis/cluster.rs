//! A Redis Cluster: three masters, a replica each.
mod forming;
mod moving;
mod view;

use std::time::Duration;

pub use self::moving::SlotMove;
use self::view::View;
use super::{
    RedisAccess, RedisServer,
    settings::{NODE_TIMEOUT, Role, Settings},
    waiting::{Waiting, if_awake},
};

/// Three masters, nodes 0 to 2 at first, with a third of the slots each; node 3 is the replica of
/// node 0, node 4 of node 1, node 5 of node 2.
///
/// A node that was killed and revived finds its place again: as a replica, if another has taken over.
pub struct RedisCluster {
    /// The nodes, whatever they are at the moment.
    pub nodes: [RedisServer; 6],
    /// The nodes' names in the Cluster.
    ids: Vec<String>,
}

impl RedisCluster {
    /// For how long a node must be silent to be taken for down.
    pub const NODE_TIMEOUT: Duration = NODE_TIMEOUT;

    /// Starts an empty Cluster, open to anybody, and waits until it is whole.
    pub async fn start() -> Self {
        Self::with(&RedisAccess::open()).await
    }

    /// Starts an empty Cluster with this access, and waits until it is whole.
    pub async fn with(access: &RedisAccess) -> Self {
        let node = || RedisServer::run(Settings::new(access, Role::ClusterNode));
        let nodes = [
            node().await,
            node().await,
            node().await,
            node().await,
            node().await,
            node().await,
        ];
        let ids = forming::form(&nodes).await;
        let cluster = Self { nodes, ids };
        cluster.until_whole().await;
        cluster
    }

    /// Where the nodes are, for a client such as wxgate; password included.
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(RedisServer::url).collect()
    }

    /// The slot of a key.
    pub async fn slot(&self, key: &str) -> u16 {
        for node in &self.nodes {
            if let Some(slot) = if_awake(node.ask(&["CLUSTER", "KEYSLOT", key])).await {
                return slot;
            }
        }
        panic!("no node is awake");
    }

    /// The node that serves a key, as the newest view among the nodes awake has it.
    pub async fn owner(&self, key: &str) -> usize {
        self.owner_of_slot(self.slot(key).await).await
    }

    /// The node that serves a slot, as the newest view among the nodes awake has it.
    pub async fn owner_of_slot(&self, slot: u16) -> usize {
        let mut owners = Vec::new();
        for view in self.views().await {
            owners.extend(view.owner(slot));
        }
        let (_, newest) = owners.into_iter().max().expect("somebody owns the slot");
        self.node(&newest)
    }

    /// The nodes that follow `master`, as itself knows them.
    pub async fn replicas_of(&self, master: usize) -> Vec<usize> {
        let view = View::of(&self.nodes[master]).await.unwrap();
        let names = view.replicas_of(&self.ids[master]);
        names.map(|name| self.node(name)).collect()
    }

    /// Waits until another node than `before` serves a key; answers which.
    pub async fn until_taken_over(&self, key: &str, before: usize) -> usize {
        let slot = self.slot(key).await;
        let waiting = Waiting::until("another node has taken over");
        loop {
            let owner = self.owner_of_slot(slot).await;
            if owner != before {
                return owner;
            }
            waiting.pause().await;
        }
    }

    /// Makes a master's first replica the master in its place while both are well (`CLUSTER FAILOVER`),
    /// and waits until it is; answers which node that is.
    pub async fn failover(&self, master: usize) -> usize {
        let next = *self.replicas_of(master).await.first().expect("a replica");
        let () = self.nodes[next]
            .ask(&["CLUSTER", "FAILOVER"])
            .await
            .unwrap();
        let waiting = Waiting::until("the replica has taken over");
        let is_master = |view: &View| view.is_master(&self.ids[next]);
        while !self.views().await.iter().all(is_master) {
            waiting.pause().await;
        }
        next
    }

    /// Waits until every node says that all is well, all know the same owners, and each replica follows
    /// its master: as at the start. All nodes must be running.
    pub async fn until_whole(&self) {
        let waiting = Waiting::until("the Cluster is whole");
        while !self.is_whole().await {
            waiting.pause().await;
        }
    }

    async fn is_whole(&self) -> bool {
        let views = self.views().await;
        let same = views.windows(2).all(|two| two[0].agrees_with(&two[1]));
        if views.len() < self.nodes.len() || !same || !views[0].is_whole() {
            return false;
        }
        for node in &self.nodes {
            if !if_awake(view::is_well(node)).await.unwrap_or(false) {
                return false;
            }
        }
        true
    }

    /// What each node that is awake knows.
    async fn views(&self) -> Vec<View> {
        let views = self.nodes.iter().map(|node| if_awake(View::of(node)));
        futures::future::join_all(views)
            .await
            .into_iter()
            .flatten()
            .collect()
    }

    fn node(&self, id: &str) -> usize {
        let node = self.ids.iter().position(|name| name == id);
        node.expect("every node of the Cluster is one of ours")
    }
}
