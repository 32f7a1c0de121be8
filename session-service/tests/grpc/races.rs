//! Many callers with one token.
use std::collections::HashSet;

use futures::future::join_all;
use wx_proto::common::v1::ErrorReason;

use crate::{
    bounded,
    edge::reason,
    on_every_store,
    refresh::GRACE,
    system::{Store, System},
};

const CALLERS: u32 = 32;

on_every_store!(a_logout_is_not_undone_by_refreshes_in_flight);

/// Each round all callers refresh one token at once: one successor, one generation on.
async fn refresh_at_once(store: Store, rounds: u32) {
    let system = System::start(store).await;
    let mut token = system.token().await;
    for round in 1..=rounds {
        system.pass(GRACE);
        let answers = join_all((0..CALLERS).map(|_| system.refresh(&token))).await;
        let successors: HashSet<_> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!(successors.len(), 1, "round {round}");
        let successor = successors.into_iter().next().unwrap();
        assert_ne!(successor, token, "round {round}");
        let generation = system.verify(&successor).await.unwrap().generation;
        assert_eq!(generation, round);
        token = successor;
    }
    assert_eq!(system.count("token_reuse_total"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn racing_refreshes_in_memory_give_one_successor() {
    bounded(refresh_at_once(Store::Memory, 200)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn racing_refreshes_in_redis_give_one_successor() {
    bounded(refresh_at_once(Store::Redis, 50)).await;
}

async fn a_logout_is_not_undone_by_refreshes_in_flight(store: Store) {
    let system = System::start(store).await;
    for _ in 0..20 {
        let token = system.token().await;
        let refreshes = join_all((0..8).map(|_| system.refresh(&token)));
        let (answers, ended) = tokio::join!(refreshes, system.logout(&token));
        ended.unwrap();
        for answer in answers {
            let token = match answer {
                Ok(successor) => successor,
                Err(refused) => {
                    assert_eq!(refused.reason, ErrorReason::SessionRevoked);
                    continue;
                }
            };
            let refused = reason(system.verify(&token).await);
            assert_eq!(refused, ErrorReason::SessionRevoked);
        }
        let refused = reason(system.refresh(&token).await);
        assert_eq!(refused, ErrorReason::SessionRevoked);
    }
    let dump = system.records.dump().await.unwrap();
    assert!(dump.iter().all(|(key, _)| !key.contains(":s:")), "{dump:?}");
}
