//! DEP-06: the sentinels name another master.
use std::time::{Duration, Instant};

use testkit::{RedisSentinel, StoreLoad, assert_in_time, timed};

use super::{TIMEOUT, assert_honest, assert_unbothered, longest_outage, until_copied};
use crate::{bounded, zoo::store};

const USERS: u16 = 8;

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_master_is_replaced_while_users_wait_no_longer_than_they_must() {
    bounded(timed(async || {
        let mut zoo = RedisSentinel::start().await;
        let store = store(zoo.config(), TIMEOUT);
        let load = StoreLoad::start(&store, 0..USERS);
        until_copied(&zoo.nodes, USERS.into()).await;
        let dead = zoo.kill_master().await;
        zoo.until_master(1 - dead).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let noticed = load.finish().await;
        assert_honest(&noticed);
        let limit = RedisSentinel::DOWN_AFTER + Duration::from_secs(3);
        assert_in_time(longest_outage(&noticed) < limit, &noticed);
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_that_steps_down_is_left_within_a_second() {
    bounded(timed(async || {
        let zoo = RedisSentinel::start().await;
        let store = store(zoo.config(), TIMEOUT);
        let load = StoreLoad::start(&store, 0..USERS);
        until_copied(&zoo.nodes, USERS.into()).await;
        let master = zoo.failover().await;
        let told = Instant::now();
        // What the old master does not have: it goes on answering reads.
        let key = StoreLoad::key(99);
        let () = zoo.nodes[master]
            .ask(&["SET", key.as_str(), "new"])
            .await
            .unwrap();
        while store.get(std::slice::from_ref(&key)).await.ok() != Some(vec![Some(b"new".to_vec())])
        {
            tokio::task::yield_now().await;
        }
        assert_in_time(
            told.elapsed() < Duration::from_millis(1200),
            &told.elapsed(),
        );
        assert_honest(&load.finish().await);
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sentinels_that_are_gone_matter_only_when_the_master_is() {
    bounded(timed(async || {
        let mut zoo = RedisSentinel::start().await;
        let store = store(zoo.config(), TIMEOUT);
        let load = StoreLoad::start(&store, 0..USERS);
        until_copied(&zoo.nodes, USERS.into()).await;
        zoo.sentinels[0].kill();
        zoo.sentinels[1].pause().await;
        zoo.sentinels[2].kill();
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let noticed = load.finish().await;
        assert_honest(&noticed);
        assert_unbothered(&noticed);
        zoo.sentinels[1].resume();
    }))
    .await;
}
