//! One account remains, whatever happens at once. Nobody is refused, nobody waits in a circle.
use std::{collections::HashSet, sync::Arc};

use futures::future::join_all;
use session_service::{
    domain::Ending,
    store::{AccountStore, Dossier, RevocationLog, Seen, SignedIn, Whom},
};
use uuid::Uuid;

use crate::{
    Database,
    accounts::{NOW, at_once, identity, seen, sign_in, sign_in_since},
    endings::end,
};

const ROUNDS: usize = 8;

/// Two people in apps of this round's own: the older one first.
async fn two(store: &(impl AccountStore + RevocationLog), round: usize) -> [Uuid; 2] {
    let older = sign_in(store, person(round, 0, None)).await;
    let younger = sign_in(store, person(round, 1, None)).await;
    assert!(older.is_new && younger.is_new);
    [older.account.id, younger.account.id]
}

fn person(round: usize, which: usize, unionid: Option<&str>) -> Seen {
    seen(&format!("wx{which}"), &format!("o{round}"), unionid)
}

/// What is known of a person, who must be one.
async fn one_person(store: &impl AccountStore, round: usize) -> Dossier {
    let mut found = Vec::new();
    for which in 0..2 {
        let who = identity(&format!("wx{which}"), &format!("o{round}"));
        let dossier = store.dossier(&Whom::Identity(who)).await.unwrap();
        found.push(dossier.expect("nobody is lost"));
    }
    assert_eq!(found[0], found[1], "one account remains");
    found.remove(0)
}

pub(crate) async fn logins_with_one_late_unionid_race_to_one_account(database: &impl Database) {
    let store = Arc::new(database.open().await);
    for round in 0..ROUNDS {
        let [older, younger] = two(&*store, round).await;
        let unionid = format!("u{round}");
        let people = (0..50).map(|n| person(round, n % 2, Some(&unionid)));
        let told = at_once(store.clone(), people.collect()).await;
        assert_eq!(told.len(), 50);
        assert!(told.iter().all(|told| !told.is_new));
        let Dossier {
            account,
            identities,
        } = one_person(&*store, round).await;
        assert_eq!((account.id, account.former_ids), (older, vec![younger]));
        assert_eq!(identities.len(), 2);
        let merges = told.iter().filter(|told| !told.ended.is_empty()).count();
        assert_eq!(merges, 1, "and it is made once");
        outlived(&told, older, younger);
    }
}

/// Whoever has found the account that stays, has a session that the merge does not end.
fn outlived(told: &[SignedIn], older: Uuid, younger: Uuid) {
    let merge = told.iter().find_map(|told| told.ended.first());
    let Some(row) = merge.map(|ended| ended.row.number) else {
        return;
    };
    let ids: HashSet<_> = told.iter().map(|told| told.account.id).collect();
    assert!(ids.is_subset(&HashSet::from([older, younger])));
    for login in told.iter().filter(|told| told.account.id == younger) {
        assert!(login.since < row, "a session of nobody would live on");
    }
}

/// In store keys, only the younger one's app is in the row.
pub(crate) async fn logins_without_the_unionid_race_with_a_merge(database: &impl Database) {
    let store = Arc::new(database.open().await);
    for round in 0..ROUNDS {
        let [older, younger] = two(&*store, round).await;
        let unionid = format!("u{round}");
        sign_in(&*store, person(round, 0, Some(&unionid))).await;
        let since = store.after(u64::MAX).await.unwrap().1;
        let login = |n: usize| {
            let unionid = (n == 5).then_some(unionid.as_str());
            let (store, seen) = (store.clone(), person(round, 1, unionid));
            tokio::spawn(async move { sign_in_since(&*store, &seen, since, NOW).await.unwrap() })
        };
        let told = join_all((0..12).map(login)).await;
        let told: Vec<_> = told.into_iter().map(Result::unwrap).collect();
        let row = told[5].ended[0].row.number;
        for login in &told {
            // Before the merge, or after it; never a bit of both.
            let after = login.account.id == older;
            assert!(after || login.account.id == younger);
            assert_eq!(login.since >= row, after);
        }
        assert_eq!(one_person(&*store, round).await.account.id, older);
    }
}

pub(crate) async fn blocks_race_with_a_merge(database: &impl Database) {
    let store = Arc::new(database.open().await);
    for round in 0..ROUNDS {
        let ids = two(&*store, round).await;
        let unionid = format!("u{round}");
        let people = (0..6).map(|n| person(round, n % 2, Some(&unionid)));
        let logins = at_once(store.clone(), people.collect());
        let block = |id| {
            let store = store.clone();
            tokio::spawn(async move { end(&*store, id, Ending::Block).await })
        };
        let (_, blocks) = tokio::join!(logins, join_all([block(ids[1]), block(ids[0])]));
        for block in blocks {
            assert!(block.unwrap().is_some(), "an id is found, former or not");
        }
        let account = one_person(&*store, round).await.account;
        assert_eq!((account.id, account.blocked_at), (ids[0], Some(NOW)));
    }
}

pub(crate) async fn erasures_race_with_a_merge(database: &impl Database) {
    let store = Arc::new(database.open().await);
    for round in 0..ROUNDS {
        let [older, younger] = two(&*store, round).await;
        let unionid = format!("u{round}");
        let since = store.after(u64::MAX).await.unwrap().1;
        let login = |n: usize| {
            let (store, seen) = (store.clone(), person(round, n % 2, Some(&unionid)));
            tokio::spawn(async move { sign_in_since(&*store, &seen, since, NOW).await })
        };
        let erasing = end(&*store, younger, Ending::Erase);
        let (logins, erased) = tokio::join!(join_all((0..6).map(login)), erasing);
        assert!(erased.is_some());
        assert!(logins.into_iter().all(|login| login.is_ok()));
        assert_eq!(store.account(younger).await.unwrap(), None);
        // The older one goes too where the merge was first, and nobody comes back.
        let next = sign_in(&*store, person(round, 1, None)).await;
        assert_eq!(next.is_new, next.account.id != older);
    }
}
