//! A copy of Redis tells nothing, and a writer there can forge nothing.
use std::{sync::Arc, time::Duration};

use deadpool_redis::redis;
use service_kit::{Key, Timestamp};
use session_service::{
    domain::{
        AppId, Device, Limits, OpenId, Opening, RingEntry, Session, SessionId, UnionId,
        UserSessions, UserTag,
    },
    store::{Change, Records, Seal, StoreError, StoreKey},
};
use testkit::RedisServer;

use crate::{
    bounded,
    subject::{LONG, store_at},
};

const APPID: &str = "wxcanary0appid000";
const OPENID: &str = "oCANARYopenid0000000000001";
const UNIONID: &str = "uCANARYunionid000000000001";
const DEVICE: &str = "canary phone";
const TAG: UserTag = UserTag::from_bytes([7; 8]);
const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

fn session(id: u8) -> Session {
    let limits = Limits {
        ttl: Duration::from_mins(30),
        refresh_after: Duration::from_mins(20),
        absolute_ttl: Duration::from_hours(24),
        grace: Duration::from_secs(30),
        per_user: 10,
    };
    let opening = Opening {
        id: SessionId::from_bytes([id; 16]),
        tag: TAG,
        appid: AppId::parse(APPID).unwrap(),
        openid: OpenId::new(OPENID.to_owned()),
        unionid: Some(UnionId::new(UNIONID.to_owned())),
        user_id: "0190b5a0-0000-7000-8000-000000000001".parse().unwrap(),
        former_ids: Vec::new(),
        since: 0,
        device: Device::parse(DEVICE).unwrap(),
    };
    Session::open(opening, 1, &limits, NOW)
}

fn records(server: &RedisServer) -> Records {
    let store = Arc::new(store_at(server, Duration::from_secs(5)));
    Records::new(store, Seal::derive(&Key::from_bytes([9; 32])))
}

async fn keep(records: &Records, session: &Session) {
    let (read, user) = records.session_and_user(TAG, session.id).await.unwrap();
    let mut list = UserSessions::default();
    assert!(list.add(session, 10, NOW).is_empty());
    let entry = RingEntry {
        sealed: b"CANARY sealed key".to_vec(),
        fingerprint: b"CANARY fingerprint".to_vec(),
        displaced_at: None,
    };
    list.push_key(entry, LONG, NOW);
    let change = Change::default()
        .put(&read, session, LONG)
        .put(&user, &list, LONG);
    assert!(records.commit(change).await.unwrap());
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|part| part == needle)
}

#[tokio::test]
async fn redis_holds_nothing_in_the_clear() {
    bounded(async {
        let server = RedisServer::start().await;
        let records = records(&server);
        keep(&records, &session(1)).await;
        let found = records.session(TAG, session(1).id).await.unwrap();
        assert_eq!(found.value, Some(session(1)));
        let dump = records.dump().await.unwrap();
        assert_eq!(dump.len(), 2);
        for (key, value) in dump {
            for clear in [APPID, OPENID, UNIONID, DEVICE, "CANARY"] {
                assert!(
                    !contains(key.as_bytes(), clear.as_bytes()),
                    "{clear} in {key}"
                );
                assert!(!contains(&value, clear.as_bytes()), "{clear} at {key}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn redis_forgets_every_record_in_the_end() {
    bounded(async {
        let server = RedisServer::start().await;
        let records = records(&server);
        keep(&records, &session(1)).await;
        let mut connection = server.connect().await.unwrap();
        for (key, _) in records.dump().await.unwrap() {
            let life: i64 = redis::cmd("PTTL")
                .arg(&key)
                .query_async(&mut connection)
                .await
                .unwrap();
            assert!((1..=600_000).contains(&life), "{key} lives for {life} ms");
        }
    })
    .await;
}

#[tokio::test]
async fn a_record_moved_to_another_place_is_not_believed() {
    bounded(async {
        let server = RedisServer::start().await;
        let records = records(&server);
        keep(&records, &session(1)).await;
        let (from, to) = (
            StoreKey::session(TAG, session(1).id),
            StoreKey::session(TAG, session(2).id),
        );
        let mut connection = server.connect().await.unwrap();
        let copied: i64 = redis::cmd("COPY")
            .arg(from.as_str())
            .arg(to.as_str())
            .query_async(&mut connection)
            .await
            .unwrap();
        assert_eq!(copied, 1);
        let error = records.session(TAG, session(2).id).await.unwrap_err();
        assert!(matches!(error, StoreError::Foreign(place) if place == to));
    })
    .await;
}
