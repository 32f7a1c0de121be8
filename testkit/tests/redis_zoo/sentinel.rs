//! A master, a replica, three Sentinels.
use testkit::{RedisSentinel, RedisServer};

use crate::{bounded, is_there, keep};

async fn word(node: &RedisServer) -> Option<String> {
    node.ask(&["GET", "word"]).await.unwrap()
}

#[tokio::test]
async fn a_master_that_dies_is_replaced_and_comes_back_as_replica() {
    bounded(async {
        let mut zoo = RedisSentinel::start().await;
        assert_eq!(zoo.master().await, Some(0));
        keep(&zoo.nodes[0], "word").await;
        assert_eq!(zoo.kill_master().await, 0);
        zoo.until_master(1).await;
        assert_eq!(word(&zoo.nodes[1]).await.as_deref(), Some("kept"));
        zoo.nodes[0].revive().await;
        zoo.until_whole().await;
        assert_eq!(zoo.master().await, Some(1));
        assert_eq!(word(&zoo.nodes[0]).await.as_deref(), Some("kept"));
    })
    .await;
}

#[tokio::test]
async fn a_master_that_hangs_is_replaced_and_gives_way_when_it_wakes() {
    bounded(async {
        let zoo = RedisSentinel::start().await;
        assert_eq!(zoo.pause_master().await, 0);
        zoo.until_master(1).await;
        zoo.nodes[0].resume();
        zoo.until_whole().await;
        assert_eq!(zoo.master().await, Some(1));
    })
    .await;
}

#[tokio::test]
async fn the_master_changes_to_and_fro_on_demand() {
    bounded(async {
        let zoo = RedisSentinel::start().await;
        for next in [1, 0, 1] {
            assert_eq!(zoo.failover().await, next);
            zoo.until_whole().await;
        }
    })
    .await;
}

#[tokio::test]
async fn without_a_majority_of_sentinels_nobody_is_replaced() {
    bounded(async {
        let mut zoo = RedisSentinel::start().await;
        for sentinel in &mut zoo.sentinels[..2] {
            sentinel.kill();
        }
        assert_eq!(zoo.master().await, None);
        for sentinel in &mut zoo.sentinels[..2] {
            sentinel.revive().await;
        }
        zoo.until_whole().await;
        assert_eq!(zoo.master().await, Some(0));
    })
    .await;
}

#[tokio::test]
async fn a_dropped_zoo_is_gone() {
    bounded(async {
        let zoo = RedisSentinel::start().await;
        let servers = zoo.nodes.iter().chain(&zoo.sentinels);
        let ports: Vec<_> = servers.map(RedisServer::port).collect();
        assert!(ports.iter().all(|port| is_there(*port)));
        drop(zoo);
        assert!(!ports.iter().any(|port| is_there(*port)));
    })
    .await;
}
