//! A session store that can be told to be away.
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use async_trait::async_trait;
use session_service::store::{Away, SessionStore, StoreError, StoreKey, Swap};

/// Whether the store is away. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Outage(Arc<State>);

#[derive(Default)]
struct State {
    away: AtomicBool,
    watching: AtomicUsize,
}

impl Outage {
    pub(super) fn set(&self, away: bool) {
        self.0.away.store(away, Ordering::SeqCst);
    }

    pub(super) fn is_on(&self) -> bool {
        self.0.away.load(Ordering::SeqCst)
    }

    fn check(&self) -> Result<(), StoreError> {
        if self.is_on() {
            return Err(StoreError::RedisAway(Away::Nowhere));
        }
        Ok(())
    }
}

/// One page that looks on. With the last one the outage ends: nobody is left to switch it off.
pub(super) struct Watching(Outage);

impl Watching {
    pub(super) fn begin(outage: &Outage) -> Self {
        outage.0.watching.fetch_add(1, Ordering::SeqCst);
        Self(outage.clone())
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        if self.0.0.watching.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.set(false);
        }
    }
}

/// A store, behind a switch.
pub(crate) struct Switched {
    store: Arc<dyn SessionStore>,
    outage: Outage,
}

impl Switched {
    /// `store`, and the switch that it is behind.
    pub(crate) fn new(store: Arc<dyn SessionStore>) -> (Arc<Self>, Outage) {
        let outage = Outage::default();
        let switched = Self {
            store,
            outage: outage.clone(),
        };
        (Arc::new(switched), outage)
    }
}

#[async_trait]
impl SessionStore for Switched {
    async fn get(&self, keys: &[StoreKey]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        self.outage.check()?;
        self.store.get(keys).await
    }

    async fn swap(&self, swaps: &[Swap]) -> Result<bool, StoreError> {
        self.outage.check()?;
        self.store.swap(swaps).await
    }

    fn system(&self) -> &'static str {
        self.store.system()
    }

    async fn distrust(&self) {
        self.store.distrust().await;
    }

    async fn dump(&self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.store.dump().await
    }
}
