//! The server is away, silent, or only reads.
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future::join_all;
use session_service::store::{AccountStore, PostgresStore, RevocationLog, Terms};
use sqlx::{Connection, PgConnection};
use testkit::PostgresServer;

use crate::{
    accounts::{seen, sign_in, tags},
    bounded,
    postgres_database::{open, settings},
    revocations::{NOW, all, append, session},
};

/// No question may take longer: what the store allows itself, and some for a busy machine.
const ANSWERED: Duration = Duration::from_secs(4);

/// Each question, asked all at once; whether it failed.
async fn failures(store: &PostgresStore) -> [bool; 4] {
    let (somebody, tags) = (seen("wxa", "o1", None), tags());
    let terms = Terms {
        tags: &tags,
        now: NOW,
        rows_until: NOW,
    };
    let asked = Instant::now();
    let (person, writable, row, rows) = futures::join!(
        store.sign_in(&somebody, 0, terms),
        store.writable(),
        store.prune(0),
        store.after(0),
    );
    assert!(asked.elapsed() < ANSWERED, "{:?}", asked.elapsed());
    [
        person.is_err(),
        writable.is_err(),
        row.is_err(),
        rows.is_err(),
    ]
}

/// Asks until the store answers again.
async fn recovered(store: &PostgresStore) {
    while store.writable().await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_start_on_a_server_that_is_away_says_so() {
    bounded(async {
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = nobody.local_addr().unwrap().port();
        drop(nobody);
        let url = format!("postgres://wxgate@127.0.0.1:{port}/wxgate");
        let error = PostgresStore::open(&settings(&url)).await.unwrap_err();
        let told = service_kit::causes(&error);
        assert!(told.contains("cannot be reached"), "{told}");
        assert!(told.contains("refused"), "{told}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_fails_everything_until_it_is_back() {
    bounded(async {
        let mut server = PostgresServer::start().await;
        let store = open(&server.database().await).await;
        let known = sign_in(&store, seen("wxa", "o1", None)).await.account;
        let row = append(&store, session(1)).await.row;
        server.kill();
        assert_eq!(failures(&store).await, [true; 4]);
        server.revive().await;
        recovered(&store).await;
        assert_eq!(store.account(known.id).await.unwrap(), Some(known));
        assert_eq!(all(&store).await, [row]);
        assert_eq!(append(&store, session(2)).await.row.number, row.number + 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_server_is_given_up_on() {
    bounded(async {
        let server = PostgresServer::start().await;
        let store = Arc::new(open(&server.database().await).await);
        sign_in(&*store, seen("wxa", "o1", None)).await;
        server.pause();
        let many = (0..20).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { failures(&store).await })
        });
        for failed in join_all(many).await {
            assert_eq!(failed.unwrap(), [true; 4]);
        }
        server.resume();
        recovered(&store).await;
        assert!(!sign_in(&*store, seen("wxa", "o1", None)).await.is_new);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_hangs_is_given_up_on() {
    bounded(async {
        let server = PostgresServer::shared().await;
        let url = server.database().await;
        let store = open(&url).await;
        let mut other = PgConnection::connect(&url).await.unwrap();
        let mut holding = other.begin().await.unwrap();
        let lock = sqlx::query("LOCK TABLE accounts, revocations");
        lock.execute(&mut *holding).await.unwrap();
        assert_eq!(failures(&store).await, [true; 4]);
        holding.rollback().await.unwrap();
        assert_eq!(failures(&store).await, [false; 4]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nudges_come_again_after_a_break() {
    bounded(async {
        let mut server = PostgresServer::start().await;
        let url = server.database().await;
        let store = open(&url).await;
        store.nudged().await; // it listens
        server.kill();
        server.revive().await;
        store.nudged().await; // it listens again, and may have missed something
        append(&open(&url).await, session(1)).await;
        store.nudged().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_only_reads_registers_nobody() {
    bounded(async {
        let mut server = PostgresServer::start().await;
        let store = open(&server.database().await).await;
        let known = sign_in(&store, seen("wxa", "o1", None)).await.account;
        store.writable().await.unwrap();
        let reading_only = "ALTER DATABASE test_0 SET default_transaction_read_only = on";
        server.run("postgres", reading_only).await;
        server.kill(); // a connection keeps the manners it began with
        server.revive().await;
        let found = async {
            loop {
                if let Ok(found) = store.account(known.id).await {
                    return found;
                }
            }
        };
        assert_eq!(found.await, Some(known));
        store.writable().await.unwrap_err();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_is_written_even_by_a_hasty_server() {
    bounded(async {
        let mut server = PostgresServer::start().await;
        let url = server.database().await;
        // As it is, this server would keep a commit to itself for ten seconds.
        let hasty = "ALTER SYSTEM SET synchronous_commit = off; \
            ALTER SYSTEM SET wal_writer_delay = '10s'; SELECT pg_reload_conf()";
        for sql in hasty.split("; ") {
            server.run("postgres", sql).await;
        }
        server.kill();
        server.revive().await;
        let store = open(&url).await;
        let known = sign_in(&store, seen("wxa", "o1", None)).await.account;
        let row = append(&store, session(1)).await.row;
        server.kill();
        server.revive().await;
        recovered(&store).await;
        assert_eq!(store.account(known.id).await.unwrap(), Some(known));
        assert_eq!(all(&store).await, [row]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_not_waited_for_at_start() {
    bounded(async {
        let mut server = PostgresServer::start().await;
        let url = server.database().await;
        server.kill();
        let asked = Instant::now();
        PostgresStore::open(&settings(&url)).await.unwrap_err();
        assert!(asked.elapsed() < ANSWERED, "{:?}", asked.elapsed());
    })
    .await;
}
