//! A store under question, and the time it lives in.
use std::{sync::Arc, time::Duration};

use service_kit::{ManualClock, Timestamp};
use session_service::{
    domain::{SessionId, UserTag},
    store::{Expect, MemoryStore, RedisSettings, RedisStore, SessionStore, StoreKey, Swap, Write},
};

use testkit::RedisServer;

/// Longer than any test.
pub(crate) const LONG: Duration = Duration::from_mins(10);
/// Redis answers at once; only a machine that is busy with other things needs this long.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);

/// One empty store.
pub(crate) struct Subject {
    pub(crate) store: Arc<dyn SessionStore>,
    time: Time,
    _server: Option<RedisServer>,
}

enum Time {
    Manual(Arc<ManualClock>),
    Real,
}

impl Subject {
    pub(crate) fn memory() -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_unix_seconds(1_800_000_000)));
        Self {
            store: Arc::new(MemoryStore::new(clock.clone())),
            time: Time::Manual(clock),
            _server: None,
        }
    }

    pub(crate) async fn redis() -> Self {
        let server = RedisServer::start().await;
        Self {
            store: Arc::new(store_at(&server, TIMEOUT)),
            time: Time::Real,
            _server: Some(server),
        }
    }

    /// A store somewhere else.
    pub(crate) fn of(store: Arc<dyn SessionStore>) -> Self {
        Self {
            store,
            time: Time::Real,
            _server: None,
        }
    }

    /// Lets a little time go by.
    pub(crate) async fn moment(&self) {
        const MOMENT: Duration = Duration::from_millis(10);
        match &self.time {
            Time::Manual(clock) => clock.advance(MOMENT),
            Time::Real => tokio::time::sleep(MOMENT).await,
        }
    }

    pub(crate) async fn get(&self, key: &StoreKey) -> Option<Vec<u8>> {
        let found = self.store.get(std::slice::from_ref(key)).await.unwrap();
        let [found] = found.try_into().expect("one key, one answer");
        found
    }

    pub(crate) async fn swap(&self, swaps: &[Swap]) -> bool {
        self.store.swap(swaps).await.unwrap()
    }

    pub(crate) async fn put(&self, key: &StoreKey, bytes: &[u8]) {
        assert!(self.swap(&[put(key, Expect::Anything, bytes)]).await);
    }
}

/// The store that `server` keeps, asked with this much patience.
pub(crate) fn store_at(server: &RedisServer, timeout: Duration) -> RedisStore {
    let settings = RedisSettings {
        timeout,
        ..RedisSettings::at(&server.url())
    };
    RedisStore::new(&settings).unwrap()
}

/// The key of one user's one session.
pub(crate) fn session(user: u8, session: u8) -> StoreKey {
    StoreKey::session(
        UserTag::from_bytes([user; 8]),
        SessionId::from_bytes([session; 16]),
    )
}

/// The key of one user.
pub(crate) fn user(user: u8) -> StoreKey {
    StoreKey::user(UserTag::from_bytes([user; 8]))
}

pub(crate) fn put(key: &StoreKey, expect: Expect, bytes: &[u8]) -> Swap {
    put_for(LONG, key, expect, bytes)
}

pub(crate) fn put_for(life: Duration, key: &StoreKey, expect: Expect, bytes: &[u8]) -> Swap {
    Swap {
        key: key.clone(),
        expect,
        write: Write::Put(bytes.to_vec(), life),
    }
}

pub(crate) fn delete(key: &StoreKey, expect: Expect) -> Swap {
    Swap {
        key: key.clone(),
        expect,
        write: Write::Delete,
    }
}

pub(crate) fn exactly(bytes: &[u8]) -> Expect {
    Expect::Bytes(bytes.to_vec())
}
