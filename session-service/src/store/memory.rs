//! Records in this process: the embedded default. They end with it.
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use service_kit::Clock;

use super::{Expect, SessionStore, StoreError, StoreKey, Swap, Write};

/// The dead are swept out whenever this many writes were made.
const SWEEP_EVERY: u32 = 1024;

/// Keeps records in memory.
pub struct MemoryStore {
    clock: Arc<dyn Clock>,
    shelves: Mutex<Shelves>,
}

#[derive(Default)]
struct Shelves {
    /// What is kept, until how much time has passed: records die also while the calendar is wrong.
    records: HashMap<StoreKey, (Vec<u8>, Duration)>,
    writes: u32,
}

impl MemoryStore {
    /// An empty store that forgets by `clock`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            shelves: Mutex::default(),
        }
    }

    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelves {
    fn get(&self, key: &StoreKey, now: Duration) -> Option<&Vec<u8>> {
        let (bytes, until) = self.records.get(key)?;
        (now < *until).then_some(bytes)
    }

    fn holds(&self, swap: &Swap, now: Duration) -> bool {
        let found = self.get(&swap.key, now);
        match &swap.expect {
            Expect::Anything => true,
            Expect::Absent => found.is_none(),
            Expect::Bytes(bytes) => found == Some(bytes),
        }
    }

    fn write(&mut self, swap: &Swap, now: Duration) {
        match &swap.write {
            Write::Put(bytes, life) => {
                self.records
                    .insert(swap.key.clone(), (bytes.clone(), now.saturating_add(*life)));
            }
            Write::Delete => drop(self.records.remove(&swap.key)),
        }
        self.writes += 1;
        if self.writes >= SWEEP_EVERY {
            self.writes = 0;
            self.records.retain(|_, (_, until)| now < *until);
        }
    }
}

#[async_trait]
impl SessionStore for MemoryStore {
    fn system(&self) -> &'static str {
        "memory"
    }

    async fn get(&self, keys: &[StoreKey]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let (shelves, now) = (self.shelves(), self.clock.elapsed());
        Ok(keys
            .iter()
            .map(|key| shelves.get(key, now).cloned())
            .collect())
    }

    async fn swap(&self, swaps: &[Swap]) -> Result<bool, StoreError> {
        let (mut shelves, now) = (self.shelves(), self.clock.elapsed());
        if !swaps.iter().all(|swap| shelves.holds(swap, now)) {
            return Ok(false);
        }
        for swap in swaps {
            shelves.write(swap, now);
        }
        Ok(true)
    }

    async fn dump(&self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let shelves = self.shelves();
        let records = shelves.records.iter();
        Ok(records
            .map(|(key, (bytes, _))| (key.to_string(), bytes.clone()))
            .collect())
    }
}
