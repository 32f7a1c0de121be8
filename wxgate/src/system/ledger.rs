//! What one system wrote into its session store.
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use session_service::store::{Expect, SessionStore, StoreError, StoreKey, Swap, Write};

/// A session store that notes where it was written, so that this can be shown, and taken out again from
/// among what others wrote there. It grows with every record: it is for a demonstration.
pub struct Ledger {
    store: Arc<dyn SessionStore>,
    written: Mutex<HashSet<StoreKey>>,
}

impl Ledger {
    pub(super) fn over(store: Arc<dyn SessionStore>) -> Arc<Self> {
        let written = Mutex::default();
        Arc::new(Self { store, written })
    }

    /// What is there of what was written, in the order of its keys.
    ///
    /// # Errors
    /// When the store cannot tell.
    pub async fn kept(&self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let mut kept = Vec::new();
        for key in self.keys() {
            let found = self.store.get(std::slice::from_ref(&key)).await?;
            let found = found.into_iter().flatten();
            kept.extend(found.map(|record| (key.to_string(), record)));
        }
        kept.sort_unstable();
        Ok(kept)
    }

    /// Takes out whatever was written, all that can be. Whoever writes must have ended.
    ///
    /// # Errors
    /// The first, when the store did not answer: something may be left.
    pub async fn erase(&self) -> Result<(), StoreError> {
        let mut outcome = Ok(());
        for key in self.keys() {
            let (expect, write) = (Expect::Anything, Write::Delete);
            // One at a time: they are on many slots.
            let erased = self.store.swap(&[Swap { key, expect, write }]).await;
            outcome = outcome.and(erased.map(drop));
        }
        outcome
    }

    fn keys(&self) -> Vec<StoreKey> {
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.iter().cloned().collect()
    }

    /// Ahead of the answer: a swap that nobody confirms may have happened.
    fn note(&self, swaps: &[Swap]) {
        let puts = swaps
            .iter()
            .filter(|swap| matches!(swap.write, Write::Put(..)));
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.extend(puts.map(|swap| swap.key.clone()));
    }
}

#[async_trait]
impl SessionStore for Ledger {
    async fn get(&self, keys: &[StoreKey]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        self.store.get(keys).await
    }

    async fn swap(&self, swaps: &[Swap]) -> Result<bool, StoreError> {
        self.note(swaps);
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
