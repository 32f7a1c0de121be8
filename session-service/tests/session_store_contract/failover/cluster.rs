//! DEP-08: shards die, hang, and slots move.
use std::time::Duration;

use testkit::{RedisCluster, StoreLoad, assert_in_time, timed};

use super::{TIMEOUT, assert_honest, assert_unbothered, longest_outage, until_copied};
use crate::{bounded, zoo::store};

/// Enough for some on each shard.
const USERS: u16 = 24;

/// The users of the shard of node `shard`, and all others.
async fn apart(zoo: &RedisCluster, shard: usize) -> (Vec<u16>, Vec<u16>) {
    let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
    for n in 0..USERS {
        let owner = zoo.owner(StoreLoad::key(n).as_str()).await;
        if owner == shard {
            &mut here
        } else {
            &mut elsewhere
        }
        .push(n);
    }
    assert!(!here.is_empty() && !elsewhere.is_empty());
    (here, elsewhere)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_shard_is_replaced_and_the_others_users_notice_nothing() {
    bounded(timed(async || {
        let mut zoo = RedisCluster::start().await;
        let store = store(zoo.config(), TIMEOUT);
        let (here, elsewhere) = apart(&zoo, 0).await;
        let witness = StoreLoad::key(here[0]);
        let load = (
            StoreLoad::start(&store, here),
            StoreLoad::start(&store, elsewhere),
        );
        until_copied(&zoo.nodes, USERS.into()).await;
        zoo.nodes[0].kill();
        zoo.until_taken_over(witness.as_str(), 0).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let (struck, spared) = (load.0.finish().await, load.1.finish().await);
        assert_honest(&struck);
        assert_honest(&spared);
        assert_unbothered(&spared);
        let limit = RedisCluster::NODE_TIMEOUT + Duration::from_secs(3);
        assert_in_time(longest_outage(&struck) < limit, &struck);
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hung_shard_holds_up_nobody_elses_users() {
    bounded(timed(async || {
        let zoo = RedisCluster::start().await;
        let store = store(zoo.config(), TIMEOUT);
        let (here, elsewhere) = apart(&zoo, 1).await;
        let load = (
            StoreLoad::start(&store, here),
            StoreLoad::start(&store, elsewhere),
        );
        until_copied(&zoo.nodes, USERS.into()).await;
        zoo.nodes[1].pause().await;
        // Less than it takes the others to replace it.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let spared = load.1.finish().await;
        zoo.nodes[1].resume();
        assert_honest(&spared);
        assert_unbothered(&spared);
        let slowest = spared.iter().map(|user| user.longest_wait).max().unwrap();
        assert_in_time(slowest < TIMEOUT / 2, &slowest);
        assert_honest(&load.0.finish().await);
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slots_move_there_and_back_under_load() {
    bounded(timed(async || {
        let zoo = RedisCluster::start().await;
        let store = store(zoo.config(), TIMEOUT);
        let load = StoreLoad::start(&store, 0..USERS);
        until_copied(&zoo.nodes, USERS.into()).await;
        for n in 0..USERS {
            let slot = zoo.slot(StoreLoad::key(n).as_str()).await;
            let from = zoo.owner_of_slot(slot).await;
            let mut moving = zoo.begin_move(&[slot], from, (from + 1) % 3).await;
            // Half-way: the old node sends some away, the new one waits for the rest.
            tokio::time::sleep(Duration::from_millis(50)).await;
            moving.move_keys(usize::MAX).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
            moving.finish().await;
            zoo.move_slot(slot, from).await;
        }
        let noticed = load.finish().await;
        assert_honest(&noticed);
        assert!(
            noticed.iter().all(|user| user.lost_writes == 0),
            "{noticed:?}"
        );
        assert_unbothered(&noticed);
    }))
    .await;
}
