//! Many at once.
use std::sync::Arc;

use futures::future::join_all;
use session_service::store::{Expect, SessionStore, Swap};

use crate::subject::{Subject, put, session, user};

const CALLERS: usize = 50;
const ROUNDS: u8 = 20;

/// All at once, each in a task of its own; answers which of them happened.
async fn race(store: &Arc<dyn SessionStore>, swaps: Vec<Vec<Swap>>) -> Vec<bool> {
    let call = |swaps: Vec<Swap>| {
        let store = store.clone();
        tokio::spawn(async move { store.swap(&swaps).await.unwrap() })
    };
    let outcomes = join_all(swaps.into_iter().map(call)).await;
    outcomes.into_iter().map(Result::unwrap).collect()
}

pub(crate) async fn one_of_many_swaps_wins_each_round(subject: &Subject) {
    let mut before = None;
    for round in 0..ROUNDS {
        let expect = before.map_or(Expect::Absent, Expect::Bytes);
        let offers: Vec<_> = (0..CALLERS)
            .map(|caller| format!("{round} {caller}"))
            .collect();
        let swap = |offer: &String| vec![put(&user(1), expect.clone(), offer.as_bytes())];
        let outcomes = race(&subject.store, offers.iter().map(swap).collect()).await;
        let winners: Vec<_> = (0..CALLERS).filter(|&caller| outcomes[caller]).collect();
        let &[winner] = winners.as_slice() else {
            panic!("{} winners in round {round}", winners.len());
        };
        let now = subject.get(&user(1)).await.unwrap();
        assert_eq!(now, offers[winner].as_bytes());
        before = Some(now);
    }
}

async fn count_one(store: Arc<dyn SessionStore>) {
    loop {
        let found = store.get(&[user(1)]).await.unwrap().pop().flatten();
        let count: u32 = found.as_deref().map_or(0, |bytes| {
            std::str::from_utf8(bytes).unwrap().parse().unwrap()
        });
        let expect = found.map_or(Expect::Absent, Expect::Bytes);
        let next = put(&user(1), expect, (count + 1).to_string().as_bytes());
        if store.swap(&[next]).await.unwrap() {
            return;
        }
    }
}

pub(crate) async fn no_update_is_lost_among_many(subject: &Subject) {
    let callers = (0..CALLERS).map(|_| tokio::spawn(count_one(subject.store.clone())));
    for caller in join_all(callers).await {
        caller.unwrap();
    }
    assert_eq!(subject.get(&user(1)).await.unwrap(), b"50");
}

pub(crate) async fn racing_swaps_of_several_keys_stay_whole(subject: &Subject) {
    let keys = [session(1, 1), user(1), session(1, 2)];
    for round in 0..ROUNDS {
        // Every caller takes another key first: whoever locks keys one by one is found out.
        let swap = |caller: usize| {
            let word = format!("{round} {caller}");
            let mut swaps: Vec<_> = keys
                .iter()
                .map(|key| put(key, Expect::Anything, word.as_bytes()))
                .collect();
            swaps.rotate_left(caller % 3);
            swaps
        };
        let outcomes = race(&subject.store, (0..CALLERS).map(swap).collect()).await;
        assert!(outcomes.iter().all(|happened| *happened));
        let found = subject.store.get(&keys).await.unwrap();
        assert!(found[0].is_some() && found[0] == found[1] && found[1] == found[2]);
    }
}
