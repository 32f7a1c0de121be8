//! Two stores on one database, as two replicas have them.
use std::{collections::HashSet, sync::Arc, time::Duration};

use futures::{FutureExt, future::join_all};
use session_service::{
    domain::Ending,
    store::{PostgresStore, RevocationLog},
};
use sqlx::{Connection, PgConnection};
use testkit::PostgresServer;

use crate::{
    Database,
    accounts::{NOW, seen, sign_in, sign_in_since},
    bounded,
    endings::end,
    postgres_database::{PostgresDatabase, open},
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
async fn what_ends_an_account_wakes_the_other_store() {
    bounded(async {
        let database = PostgresDatabase::new().await;
        let (one, other) = (database.open().await, database.open().await);
        other.nudged().await; // it listens from now on
        let older = sign_in(&one, seen("wxa", "oa", None)).await.account;
        sign_in(&one, seen("wxb", "ob", Some("u1"))).await;
        assert_eq!(other.nudged().now_or_never(), None, "a login ends nothing");
        let merged = sign_in(&one, seen("wxa", "oa", Some("u1"))).await;
        let mut ended = vec![merged.ended];
        for ending in [Ending::Kick, Ending::Block, Ending::Erase] {
            let nudged = tokio::time::timeout(SOON, other.nudged()).await;
            nudged.expect("the word comes with the commit");
            let rows = all(&other).await;
            let last = ended.last().unwrap();
            assert!(last.iter().all(|ended| rows.contains(&ended.row)));
            ended.push(end(&one, older.id, ending).await.unwrap());
        }
    })
    .await;
}

/// Everything that locks accounts, at two stores, about a few people.
async fn a_busy_moment(stores: &[Arc<PostgresStore>; 2], round: usize) {
    let unionid = format!("u{round}");
    let person = |n: usize, unionid| seen(&format!("wx{}", n % 3), &format!("o{round}"), unionid);
    let mut ids = Vec::new();
    for n in 0..3 {
        ids.push(sign_in(&*stores[0], person(n, None)).await.account.id);
    }
    let since = stores[0].after(u64::MAX).await.unwrap().1;
    let tasks = (0..36).map(|n| {
        let (store, id) = (stores[n % 2].clone(), ids[n % 3]);
        let seen = person(n, Some(&unionid));
        tokio::spawn(async move {
            match n {
                5 | 23 => drop(end(&*store, id, Ending::Kick).await),
                13 => drop(end(&*store, id, Ending::Block).await),
                34 => drop(end(&*store, id, Ending::Erase).await),
                _ => drop(sign_in_since(&*store, &seen, since, NOW).await),
            }
        })
    });
    for done in join_all(tasks).await {
        done.unwrap();
    }
}

/// What the server had to break up, once everybody but us has left.
async fn deadlocks(url: &str) -> i64 {
    let mut connection = PgConnection::connect(url).await.unwrap();
    loop {
        let counts = "SELECT numbackends, deadlocks FROM pg_stat_database WHERE datname = current_database()";
        let counts = sqlx::query_as::<_, (i32, i64)>(counts);
        let (others, deadlocks) = counts.fetch_one(&mut connection).await.unwrap();
        if others == 1 {
            return deadlocks;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_in_a_circle() {
    bounded(async {
        let server = PostgresServer::shared().await;
        let url = server.database().await;
        let stores = [open(&url).await, open(&url).await].map(Arc::new);
        for round in 0..6 {
            a_busy_moment(&stores, round).await;
        }
        drop(stores);
        assert_eq!(deadlocks(&url).await, 0);
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
