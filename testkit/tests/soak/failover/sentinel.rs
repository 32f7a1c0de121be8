//! Twenty masters killed, twenty asked to step down.
use std::time::Duration;

use testkit::{RedisSentinel, StoreLoad, found, long_story};

use super::{Tally, USERS, store, until_copied};

const ROUNDS: u32 = 20;

#[tokio::test(flavor = "multi_thread")]
async fn sentinel_masters_die_under_load() {
    long_story(async {
        let mut tally = Tally::default();
        for _ in 0..ROUNDS {
            let mut zoo = RedisSentinel::start().await;
            let load = StoreLoad::start(&store(&zoo.config()), 0..USERS);
            until_copied(&zoo.nodes).await;
            let dead = zoo.kill_master().await;
            zoo.until_master(1 - dead).await;
            tokio::time::sleep(Duration::from_secs(1)).await;
            tally.add(&load.finish().await);
        }
        let limit = RedisSentinel::DOWN_AFTER + Duration::from_secs(3);
        assert!(tally.longest_outage < limit, "{:?}", tally.longest_outage);
        let how = format!(
            "{ROUNDS} masters under Sentinel killed (down-after 1 s), {USERS} users at work"
        );
        found("DEP-06", &how, &tally.figure());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sentinel_masters_step_down_under_load() {
    long_story(async {
        let zoo = RedisSentinel::start().await;
        let store = store(&zoo.config());
        let mut tally = Tally::default();
        for _ in 0..ROUNDS {
            let load = StoreLoad::start(&store, 0..USERS);
            until_copied(&zoo.nodes).await;
            zoo.failover().await;
            tokio::time::sleep(Duration::from_millis(1500)).await;
            tally.add(&load.finish().await);
            zoo.until_whole().await;
        }
        let how =
            format!("{ROUNDS} times SENTINEL FAILOVER on live connections, {USERS} users at work");
        found("DEP-06", &how, &tally.figure());
    })
    .await;
}
