//! A Redis under Sentinel: a master, its replica, and three who watch them.
mod watching;

use std::time::Duration;

use self::watching::{follows, hurry, knows_all, named, watch};
use super::{
    RedisAccess, RedisServer,
    settings::{Role, Settings},
    waiting::{Waiting, if_awake},
};

/// A master, a replica and three Sentinels, two of whom must agree that the master is down, which it
/// is after a second of silence.
///
/// A node that was killed and revived, or paused and resumed, may believe that it is still the master
/// until the Sentinels tell it otherwise, which takes them about eight seconds;
/// [`RedisSentinel::until_whole`] makes them hurry.
pub struct RedisSentinel {
    /// The two that keep records: the first one is the master at first.
    pub nodes: [RedisServer; 2],
    /// Those who watch.
    pub sentinels: [RedisServer; 3],
}

impl RedisSentinel {
    /// The name that the Sentinels know the master by.
    pub const MASTER_NAME: &str = "wxgate-sessions";
    /// For how long the master must be silent to be taken for down.
    pub const DOWN_AFTER: Duration = Duration::from_secs(1);

    /// Starts them all, open to anybody, and waits until everyone knows everyone.
    pub async fn start() -> Self {
        Self::with(&RedisAccess::open()).await
    }

    /// Starts them all with this access, and waits until everyone knows everyone.
    pub async fn with(access: &RedisAccess) -> Self {
        let settings = Settings::new(access, Role::Data);
        let master = RedisServer::run(settings.clone()).await;
        let replica = RedisServer::run(Settings {
            more: vec![format!("replicaof 127.0.0.1 {}", master.port())],
            ..settings
        });
        let replica = replica.await;
        let watch = Settings::new(&access.of_sentinels(), Role::Sentinel(watch(&master)));
        let sentinels = [
            RedisServer::run(watch.clone()).await,
            RedisServer::run(watch.clone()).await,
            RedisServer::run(watch).await,
        ];
        let zoo = Self {
            nodes: [master, replica],
            sentinels,
        };
        zoo.until_whole().await;
        zoo
    }

    /// Where the Sentinels are, for a client such as wxgate; passwords included, where they ask for one.
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        self.sentinels.iter().map(RedisServer::url).collect()
    }

    /// Which node is the master in the eyes of most Sentinels; none while they disagree.
    pub async fn master(&self) -> Option<usize> {
        let mut votes = [0; 2];
        for sentinel in &self.sentinels {
            if let Some(named) = if_awake(named(sentinel)).await {
                let node = self.nodes.iter().position(|node| node.port() == named);
                votes[node.expect("a Sentinel names one of ours")] += 1;
            }
        }
        votes.iter().position(|votes| *votes >= 2)
    }

    /// Waits until `node` is the master in the eyes of most Sentinels, and in its own.
    pub async fn until_master(&self, node: usize) {
        let waiting = Waiting::until("the node is the master");
        while self.master().await != Some(node) || !self.takes_itself_for_master(node).await {
            waiting.pause().await;
        }
    }

    /// Makes the replica the master while both are well, and waits until it is; answers which one it is
    /// now. Sentinels do this once at a time: see [`RedisSentinel::until_whole`].
    pub async fn failover(&self) -> usize {
        let next = 1 - self.master().await.expect("the Sentinels agree");
        let order = ["SENTINEL", "FAILOVER", Self::MASTER_NAME];
        let () = self.sentinels[0].ask(&order).await.unwrap();
        self.until_master(next).await;
        next
    }

    /// Kills the master; answers which node it was.
    pub async fn kill_master(&mut self) -> usize {
        let master = self.master().await.expect("the Sentinels agree");
        self.nodes[master].kill();
        master
    }

    /// Stops the master where it stands; answers which node it is.
    pub async fn pause_master(&self) -> usize {
        let master = self.master().await.expect("the Sentinels agree");
        self.nodes[master].pause().await;
        master
    }

    /// Waits until the replica follows the master and each Sentinel knows all others: as at the start,
    /// and ready for another failover. All nodes must be running.
    pub async fn until_whole(&self) {
        for sentinel in &self.sentinels {
            hurry(sentinel, true).await;
        }
        let waiting = Waiting::until("everyone knows everyone");
        while !self.is_whole().await {
            waiting.pause().await;
        }
        for sentinel in &self.sentinels {
            hurry(sentinel, false).await;
        }
    }

    async fn is_whole(&self) -> bool {
        let Some(master) = self.master().await else {
            return false;
        };
        for sentinel in &self.sentinels {
            if if_awake(named(sentinel)).await != Some(self.nodes[master].port())
                || !if_awake(knows_all(sentinel)).await.unwrap_or(false)
            {
                return false;
            }
        }
        if_awake(follows(&self.nodes[1 - master], &self.nodes[master]))
            .await
            .unwrap_or(false)
    }

    async fn takes_itself_for_master(&self, node: usize) -> bool {
        let info = self.nodes[node].ask::<String>(&["INFO", "replication"]);
        let info = if_awake(info).await.unwrap_or_default();
        info.contains("role:master")
    }
}
