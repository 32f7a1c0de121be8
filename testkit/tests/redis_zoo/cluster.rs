//! Three masters, a replica each.
use deadpool_redis::redis::{self, RedisResult};
use testkit::{RedisCluster, RedisServer};

use crate::{bounded, is_there, keep};

const KEY: &str = "wxg:{tag}:a";
const OTHER: &str = "wxg:{tag}:b";

async fn put(node: &RedisServer, key: &str) {
    let () = node.ask(&["SET", key, "kept"]).await.unwrap();
}

/// What an error begins with: `MOVED`, `ASK`, ...
fn complaint<T: std::fmt::Debug>(answer: RedisResult<T>) -> String {
    let error: redis::RedisError = answer.unwrap_err();
    error.code().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_master_that_dies_is_replaced_and_comes_back_as_replica() {
    bounded(async {
        let mut cluster = RedisCluster::start().await;
        let owner = cluster.owner(KEY).await;
        let replicas = cluster.replicas_of(owner).await;
        assert_eq!(replicas, [owner + 3]);
        keep(&cluster.nodes[owner], KEY).await;
        cluster.nodes[owner].kill();
        assert_eq!(cluster.until_taken_over(KEY, owner).await, replicas[0]);
        cluster.nodes[owner].revive().await;
        cluster.until_whole().await;
        assert_eq!(cluster.replicas_of(replicas[0]).await, [owner]);
        let found: Option<String> = cluster.nodes[replicas[0]].ask(&["GET", KEY]).await.unwrap();
        assert_eq!(found.as_deref(), Some("kept"));
    })
    .await;
}

#[tokio::test]
async fn a_master_that_hangs_is_replaced_and_gives_way_when_it_wakes() {
    bounded(async {
        let cluster = RedisCluster::start().await;
        let owner = cluster.owner(KEY).await;
        cluster.nodes[owner].pause().await;
        let next = cluster.until_taken_over(KEY, owner).await;
        cluster.nodes[owner].resume();
        cluster.until_whole().await;
        assert_eq!(cluster.owner(KEY).await, next);
        assert_eq!(cluster.failover(next).await, owner);
    })
    .await;
}

#[tokio::test]
async fn a_slot_on_the_move_asks_and_is_then_elsewhere() {
    bounded(async {
        let cluster = RedisCluster::start().await;
        let (slot, from) = (cluster.slot(KEY).await, cluster.owner(KEY).await);
        let to = (from + 1) % 3;
        put(&cluster.nodes[from], KEY).await;
        let (old, new) = (&cluster.nodes[from], &cluster.nodes[to]);
        let mut moving = cluster.begin_move(&[slot], from, to).await;
        let two = ["MGET", KEY, OTHER];
        assert_eq!(complaint(old.ask::<()>(&["GET", OTHER]).await), "ASK");
        assert_eq!(complaint(old.ask::<()>(&two).await), "TRYAGAIN");
        assert_eq!(complaint(new.ask::<()>(&["GET", KEY]).await), "MOVED");
        assert_eq!(moving.move_keys(10).await, 1);
        moving.finish().await;
        assert_eq!(cluster.owner(KEY).await, to);
        assert_eq!(complaint(old.ask::<()>(&["GET", KEY]).await), "MOVED");
        let found: String = new.ask(&["GET", KEY]).await.unwrap();
        assert_eq!(found, "kept");
        cluster.until_whole().await;
        cluster.move_slot(slot, from).await;
        cluster.until_whole().await;
        assert_eq!(cluster.owner(KEY).await, from);
    })
    .await;
}

#[tokio::test]
async fn all_slots_of_a_master_move_with_their_keys() {
    bounded(async {
        let cluster = RedisCluster::start().await;
        let keys: Vec<_> = (0..500).map(|n| format!("wxg:{{{n}}}:a")).collect();
        for key in &keys {
            put(&cluster.nodes[cluster.owner(key).await], key).await;
        }
        cluster.move_all(0, 1).await;
        assert!(cluster.slots_of(0).await.is_empty());
        for key in &keys {
            let node = &cluster.nodes[cluster.owner(key).await];
            let found: String = node.ask(&["GET", key]).await.unwrap();
            assert_eq!(found, "kept");
        }
    })
    .await;
}

#[tokio::test]
async fn a_dropped_cluster_is_gone() {
    bounded(async {
        let cluster = RedisCluster::start().await;
        let ports: Vec<_> = cluster.nodes.iter().map(RedisServer::port).collect();
        assert!(ports.iter().all(|port| is_there(*port)));
        drop(cluster);
        assert!(!ports.iter().any(|port| is_there(*port)));
    })
    .await;
}
