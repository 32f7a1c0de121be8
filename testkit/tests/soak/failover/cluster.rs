//! Shards killed, and all slots of a node moved there and back.
use std::time::Duration;

use testkit::{Noticed, RedisCluster, StoreLoad, found, long_story};

use super::{Tally, USERS, store, until_copied};

const ROUNDS: u32 = 10;
/// How often all slots move there and back.
const MOVES: u32 = 3;

/// The users whose records are on node 0, and all others.
async fn apart(zoo: &RedisCluster) -> (Vec<u16>, Vec<u16>) {
    let mut parts = (Vec::new(), Vec::new());
    for n in 0..USERS {
        let here = zoo.owner(StoreLoad::key(n).as_str()).await == 0;
        if here { &mut parts.0 } else { &mut parts.1 }.push(n);
    }
    parts
}

fn assert_undisturbed(noticed: &[Noticed]) {
    let failed: Vec<_> = noticed.iter().flat_map(|user| &user.failures).collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert!(noticed.iter().all(|user| user.lost_writes == 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn cluster_shards_die_under_load() {
    long_story(async {
        let (mut struck, mut spared) = (Tally::default(), Tally::default());
        for _ in 0..ROUNDS {
            let mut zoo = RedisCluster::start().await;
            let store = store(&zoo.config());
            let (here, elsewhere) = apart(&zoo).await;
            let witness = StoreLoad::key(here[0]);
            let load = [here, elsewhere].map(|users| StoreLoad::start(&store, users));
            until_copied(&zoo.nodes).await;
            zoo.nodes[0].kill();
            zoo.until_taken_over(witness.as_str(), 0).await;
            tokio::time::sleep(Duration::from_secs(1)).await;
            let [of_it, others] = load;
            struck.add(&of_it.finish().await);
            let others = others.finish().await;
            assert_undisturbed(&others);
            spared.add(&others);
        }
        let limit = RedisCluster::NODE_TIMEOUT + Duration::from_secs(3);
        assert!(struck.longest_outage < limit, "{:?}", struck.longest_outage);
        let how = |who| format!("{ROUNDS} shards of a Cluster killed (node-timeout 1.5 s): {who}");
        found("DEP-08", &how("its users"), &struck.figure());
        found("DEP-08", &how("users of the others"), &spared.figure());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cluster_slots_move_there_and_back_under_load() {
    long_story(async {
        let zoo = RedisCluster::start().await;
        let load = StoreLoad::start(&store(&zoo.config()), 0..USERS);
        until_copied(&zoo.nodes).await;
        for _ in 0..MOVES {
            for (from, to) in [(0, 1), (1, 2), (2, 0)] {
                let slots = zoo.slots_of(from).await;
                zoo.begin_move(&slots, from, to).await.complete().await;
                zoo.begin_move(&slots, to, from).await.complete().await;
            }
        }
        let noticed = load.finish().await;
        let mut tally = Tally::default();
        tally.add(&noticed);
        assert!(noticed.iter().all(|user| user.lost_writes == 0));
        let how = format!("all 16,384 slots of a Cluster moved to another node and back, {MOVES} times, {USERS} users at work");
        found("DEP-08", &how, &tally.figure());
    })
    .await;
}
