//! Two stores on one database, as two replicas have them.
use std::{collections::HashSet, sync::Arc, time::Duration};

use futures::{FutureExt, future::join_all};
use session_service::store::RevocationLog;

use crate::{
    Database,
    accounts::{seen, sign_in},
    bounded,
    postgres_database::PostgresDatabase,
    revocations::{all, append, follow, session},
};

/// Only a lost nudge takes longer.
const SOON: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn first_logins_at_two_stores_make_one_account() {
    bounded(async {
        let database = PostgresDatabase::new().await;
        let stores = [database.open().await, database.open().await].map(Arc::new);
        let login = |n: usize| {
            let store = stores[n % 2].clone();
            tokio::spawn(async move { sign_in(&*store, seen("wxa", "o1", Some("u1"))).await })
        };
        let told = join_all((0..100).map(login)).await;
        let told: Vec<_> = told.into_iter().map(Result::unwrap).collect();
        let ids: HashSet<_> = told.iter().map(|told| told.account.id).collect();
        assert_eq!((told.len(), ids.len()), (100, 1));
        assert_eq!(told.iter().filter(|told| told.is_new).count(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn apps_of_one_person_race_to_one_account() {
    bounded(async {
        let database = PostgresDatabase::new().await;
        let stores = [database.open().await, database.open().await].map(Arc::new);
        let login = |n: usize| {
            let (store, appid) = (stores[n % 2].clone(), format!("wx{n}"));
            tokio::spawn(async move { sign_in(&*store, seen(&appid, "o1", Some("u1"))).await })
        };
        let told = join_all((0..40).map(login)).await;
        let told: Vec<_> = told.into_iter().map(Result::unwrap).collect();
        let ids: HashSet<_> = told.iter().map(|told| told.account.id).collect();
        assert_eq!((told.len(), ids.len()), (40, 1));
        assert_eq!(told.iter().filter(|told| told.is_new).count(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_two_stores_commit_in_order() {
    bounded(async {
        let database = PostgresDatabase::new().await;
        let stores = [database.open().await, database.open().await].map(Arc::new);
        let follower = tokio::spawn(follow(stores[0].clone(), 100));
        let writer = |n: u8| {
            let store = stores[usize::from(n % 2)].clone();
            tokio::spawn(async move { append(&*store, session(n)).await })
        };
        for appended in join_all((0..100).map(writer)).await {
            assert!(appended.unwrap().fresh);
        }
        let rows = follower.await.unwrap();
        assert!(rows.is_sorted_by(|one, next| one.number < next.number));
        assert_eq!(rows, all(&*stores[1]).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_wakes_the_other_store() {
    bounded(async {
        let database = PostgresDatabase::new().await;
        let (one, other) = (database.open().await, database.open().await);
        other.nudged().await; // it listens from now on
        for n in 0..10 {
            assert_eq!(other.nudged().now_or_never(), None, "nothing is new");
            let row = append(&one, session(n)).await.row;
            let nudged = tokio::time::timeout(SOON, other.nudged()).await;
            nudged.expect("the word comes with the commit");
            assert!(all(&other).await.contains(&row));
        }
        append(&one, session(0)).await;
        assert_eq!(other.nudged().now_or_never(), None, "no row, no nudge");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_may_make_the_tables_at_once() {
    bounded(async {
        let database = PostgresDatabase::new().await;
        let stores = join_all((0..6).map(|_| database.open())).await;
        for (n, store) in (0..).zip(&stores) {
            assert_eq!(append(store, session(n)).await.row.number, u64::from(n) + 1);
        }
    })
    .await;
}
