//! A Redis that hangs, dies, or is full.
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use deadpool_redis::redis;
use futures::future::join_all;
use session_service::store::{Expect, RedisMistake, RedisStore, SessionStore, StoreError};
use testkit::{RedisServer, assert_in_time, timed};

use crate::{
    bounded,
    subject::{delete, put, store_at, user},
};

const TIMEOUT: Duration = Duration::from_millis(500);
/// What a busy machine may add to a wait that is over.
const SLACK: Duration = Duration::from_millis(450);
/// Connections that a test wants to see open.
const OPEN: u8 = 6;

async fn word(store: &RedisStore, n: u8) -> Result<Option<Vec<u8>>, StoreError> {
    let mut found = store.get(&[user(n)]).await?;
    Ok(found.pop().flatten())
}

/// Keeps a word of his own for each of [`OPEN`] users; opens as many connections by asking at once.
async fn fill(store: &RedisStore) {
    let swap = |n| async move {
        let swap = put(&user(n), Expect::Anything, &[n]);
        store.swap(&[swap]).await.unwrap()
    };
    assert_eq!(join_all((0..OPEN).map(swap)).await, [true; OPEN as usize]);
}

/// All words at once, each to be its owner's.
async fn read(store: &RedisStore) -> Result<(), StoreError> {
    for (n, found) in (0..OPEN).zip(join_all((0..OPEN).map(|n| word(store, n))).await) {
        assert_eq!(found?, Some(vec![n]), "another question's answer");
    }
    Ok(())
}

/// Asks until Redis answers; whatever else it says is a failure.
async fn recovered(store: &RedisStore) {
    while let Err(error) = read(store).await {
        assert!(matches!(error, StoreError::RedisAway(_)), "{error}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn assert_away_within(limit: Duration, store: &RedisStore) {
    let asked = Instant::now();
    let error = word(store, 0).await.unwrap_err();
    let waited = asked.elapsed();
    assert!(matches!(error, StoreError::RedisAway(_)), "{error}");
    assert_in_time(waited < limit, &(waited, limit));
}

#[tokio::test]
async fn a_hung_redis_is_away_after_one_timeout() {
    bounded(timed(async || {
        let server = RedisServer::start().await;
        let store = store_at(&server, TIMEOUT);
        fill(&store).await;
        server.pause().await;
        assert_away_within(TIMEOUT + SLACK, &store).await;
        let swap = [put(&user(0), Expect::Anything, b"x")];
        let asked = Instant::now();
        let error = store.swap(&swap).await.unwrap_err();
        assert!(matches!(error, StoreError::RedisAway(_)), "{error}");
        assert_in_time(asked.elapsed() < TIMEOUT + SLACK, &asked.elapsed());
        server.resume();
    }))
    .await;
}

#[tokio::test]
async fn many_stale_connections_cost_one_timeout_together() {
    bounded(timed(async || {
        let server = RedisServer::start().await;
        let store = store_at(&server, TIMEOUT);
        fill(&store).await;
        // From then on a connection is asked whether it works before it is used.
        tokio::time::sleep(Duration::from_millis(1100)).await;
        server.pause().await;
        assert_away_within(TIMEOUT + SLACK, &store).await;
        server.resume();
    }))
    .await;
}

#[tokio::test]
async fn late_replies_are_nobodys_answer() {
    bounded(async {
        let server = RedisServer::start().await;
        let store = store_at(&server, TIMEOUT);
        fill(&store).await;
        for _ in 0..3 {
            server.pause().await;
            let asked = join_all((0..OPEN).map(|_| word(&store, 0))).await;
            assert!(asked.iter().all(Result::is_err));
            server.resume();
            recovered(&store).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abandoned_question_confuses_nobody() {
    bounded(async {
        let server = RedisServer::start().await;
        let store = Arc::new(store_at(&server, TIMEOUT * 10));
        fill(&store).await;
        for one in (0..OPEN).cycle().take(300) {
            let asking = store.clone();
            let abandoned = tokio::spawn(async move { word(&asking, one).await });
            tokio::task::yield_now().await;
            abandoned.abort();
            let next = (one + 1) % OPEN;
            assert_eq!(word(&store, next).await.unwrap(), Some(vec![next]));
        }
        read(&store).await.unwrap();
    })
    .await;
}

/// Asks until a Redis that is back answers, which it does within two seconds.
async fn found_again(store: &RedisStore) {
    let back = Instant::now();
    while let Err(error) = word(store, 0).await {
        assert!(matches!(error, StoreError::RedisAway(_)), "{error}");
        assert_in_time(back.elapsed() < Duration::from_secs(2), &back.elapsed());
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_dead_redis_is_noticed_and_found_again() {
    bounded(timed(async || {
        let mut server = RedisServer::start().await;
        let store = store_at(&server, TIMEOUT);
        fill(&store).await;
        server.kill();
        for _ in 0..=OPEN {
            assert_away_within(Duration::from_secs(1), &store).await;
        }
        server.revive().await;
        found_again(&store).await;
        fill(&store).await;
        read(&store).await.unwrap();
    }))
    .await;
}

#[tokio::test]
async fn a_redis_that_died_between_two_questions_is_found_again() {
    bounded(timed(async || {
        let mut server = RedisServer::start().await;
        let store = store_at(&server, TIMEOUT);
        fill(&store).await;
        server.kill();
        server.revive().await;
        found_again(&store).await;
    }))
    .await;
}

async fn configure(server: &RedisServer, name: &str, value: &str) {
    let mut connection = server.connect().await.unwrap();
    let mut command = redis::cmd("CONFIG");
    command.arg("SET").arg(name).arg(value);
    let () = command.query_async(&mut connection).await.unwrap();
}

async fn fill_until_refused(store: &RedisStore) -> StoreError {
    let block = vec![0; 64 * 1024];
    for n in 1..=64 {
        let swap = [put(&user(n), Expect::Absent, &block)];
        match store.swap(&swap).await {
            Ok(happened) => assert!(happened),
            Err(error) => return error,
        }
    }
    panic!("four megabytes fit into one");
}

#[tokio::test]
async fn a_full_redis_refuses_puts_and_still_deletes() {
    bounded(async {
        let server = RedisServer::start().await;
        let store = store_at(&server, TIMEOUT * 10);
        assert!(
            store
                .swap(&[put(&user(0), Expect::Absent, &[0])])
                .await
                .unwrap()
        );
        configure(&server, "maxmemory-policy", "noeviction").await;
        configure(&server, "maxmemory", "1mb").await;
        let error = fill_until_refused(&store).await;
        assert!(
            matches!(&error, StoreError::RedisRefuses(code) if code == "OOM"),
            "{error:?}"
        );
        assert_eq!(word(&store, 0).await.unwrap(), Some(vec![0]));
        assert!(
            store
                .swap(&[delete(&user(0), Expect::Bytes(vec![0]))])
                .await
                .unwrap()
        );
        assert_eq!(word(&store, 0).await.unwrap(), None);
        configure(&server, "maxmemory", "0").await;
        assert!(
            store
                .swap(&[put(&user(0), Expect::Absent, &[1])])
                .await
                .unwrap()
        );
    })
    .await;
}

#[tokio::test]
async fn a_refused_password_is_no_answer_about_records() {
    bounded(async {
        let server = RedisServer::start().await;
        configure(&server, "requirepass", "s3cret").await;
        let store = store_at(&server, TIMEOUT);
        let error = word(&store, 0).await.unwrap_err();
        assert!(
            matches!(error, StoreError::RedisMistaken(RedisMistake::NoPassword)),
            "{error:?}"
        );
    })
    .await;
}
