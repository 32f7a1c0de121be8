//! What sessions cost Redis: bytes, and commands.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
use std::{sync::Arc, time::Duration};

use futures::{StreamExt, stream};
use service_kit::{Key, Timestamp};
use session_service::{
    domain::{
        AppId, Device, Limits, OpenId, Opening, RingEntry, Session, SessionId, UnionId,
        UserSessions, UserTag,
    },
    store::{Change, Records, RedisStore, Seal},
};
use testkit::{RedisServer, found, long_story};
use uuid::Uuid;

const SESSIONS: usize = 100_000;
const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);
/// What a session with all Redis needs for it may cost.
const AIM: usize = 376;
/// What crypto-service makes of a `session_key`, and of its fingerprint.
const SEALED: (usize, usize) = (58, 16);

fn limits() -> Limits {
    Limits {
        ttl: Duration::from_hours(1),
        refresh_after: Duration::from_mins(20),
        absolute_ttl: Duration::from_hours(24 * 30),
        grace: Duration::from_secs(30),
        per_user: 10,
    }
}

fn session(tag: UserTag, user: usize) -> Session {
    let opening = Opening {
        id: SessionId::generate().unwrap(),
        tag,
        appid: AppId::parse("wx0123456789abcdef").unwrap(),
        openid: OpenId::new(format!("oABCDEFGHIJKLMNOPQ{user:010}")),
        unionid: Some(UnionId::new(format!("oUVWXYZabcdefghijk{user:010}"))),
        user_id: Uuid::now_v7(),
        former_ids: Vec::new(),
        since: 12_345,
        device: Device::parse("iPhone 15 Pro").unwrap(),
    };
    Session::open(opening, 1, &limits(), NOW)
}

/// One user's sessions and key, as logins leave them.
async fn log_in(records: &Records, user: usize, sessions: usize) {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(
        &(user as u64)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .to_be_bytes(),
    );
    let tag = UserTag::from_bytes(bytes);
    let key = RingEntry {
        sealed: vec![7; SEALED.0],
        fingerprint: vec![7; SEALED.1],
        displaced_at: None,
    };
    for _ in 0..sessions {
        let session = session(tag, user);
        let (read, mut kept) = records.session_and_user(tag, session.id).await.unwrap();
        let mut list: UserSessions = kept.value.take().unwrap_or_default();
        assert!(list.add(&session, 10, NOW).is_empty());
        list.push_key(key.clone(), Duration::from_mins(6), NOW);
        let life = limits().ttl;
        let change = Change::default()
            .put(&read, &session, life)
            .put(&kept, &list, life);
        assert!(records.commit(change).await.unwrap());
    }
}

async fn used(redis: &RedisServer) -> usize {
    let info: String = redis.ask(&["INFO", "memory"]).await.unwrap();
    let line = info
        .lines()
        .find_map(|line| line.strip_prefix("used_memory:"));
    line.unwrap().trim().parse().unwrap()
}

/// The mean of `MEMORY USAGE` over some keys like this one.
async fn mean(redis: &RedisServer, kind: &str) -> usize {
    let page: (String, Vec<String>) = redis.ask(&["SCAN", "0", "COUNT", "2000"]).await.unwrap();
    let keys: Vec<_> = page
        .1
        .into_iter()
        .filter(|key| key.contains(kind))
        .take(200)
        .collect();
    assert!(!keys.is_empty());
    let mut sum = 0;
    for key in &keys {
        sum += redis.ask::<usize>(&["MEMORY", "USAGE", key]).await.unwrap();
    }
    sum / keys.len()
}

/// Bytes per session with the user's share, and of the two kinds of record.
async fn measured(per_user: usize) -> (usize, usize, usize) {
    let redis = RedisServer::start().await;
    let store = RedisStore::new(&redis.config().settings().unwrap()).unwrap();
    let records = Records::new(Arc::new(store), Seal::derive(&Key::generate().unwrap()));
    let before = used(&redis).await;
    let users = stream::iter(0..SESSIONS / per_user);
    users
        .for_each_concurrent(16, |user| log_in(&records, user, per_user))
        .await;
    let all = (used(&redis).await - before) / SESSIONS;
    (all, mean(&redis, ":s:").await, mean(&redis, ":u").await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_takes_little_of_redis() {
    long_story(async {
        for per_user in [1, 10] {
            let (all, session, user) = measured(per_user).await;
            let how =
                format!("100,000 sessions, {per_user} for each user; used_memory, MEMORY USAGE");
            let figure = format!(
                "{all} bytes per session all told; a session's record {session}, a user's {user}"
            );
            // A user's list and keys are shared by their sessions.
            assert!(per_user == 1 || all <= AIM, "{figure}");
            found("Redis bytes", &how, &figure);
        }
    })
    .await;
}
