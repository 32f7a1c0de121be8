//! The log of revocations, and the copy of its live rows that every token is held against.
use std::{
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
    time::Duration,
};

use service_kit::{Clock, Gate, Timestamp};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::{
    SessionError,
    domain::{Revocation, RevocationView},
    store::{Appended, RevocationLog, StoreError},
};

/// How often the log is read at least, whoever wrote it; a nudge makes it sooner.
const POLL: Duration = Duration::from_secs(1);
/// How often rows that have done their duty are deleted: once in this many polls.
const PRUNE_EVERY: u32 = 600;

/// The log, and its live rows in memory.
pub struct Revocations {
    log: Arc<dyn RevocationLog>,
    clock: Arc<dyn Clock>,
    max_lag: Duration,
    seen: RwLock<Seen>,
    reading: Mutex<()>,
}

#[derive(Default)]
struct Seen {
    view: RevocationView,
    read_at: Option<Timestamp>,
}

impl Revocations {
    /// Follows `log`; without a reading younger than `max_lag`, nothing is vouched for.
    #[must_use]
    pub fn new(log: Arc<dyn RevocationLog>, clock: Arc<dyn Clock>, max_lag: Duration) -> Self {
        Self {
            log,
            clock,
            max_lag,
            seen: RwLock::default(),
            reading: Mutex::default(),
        }
    }

    /// The live rows, as of the last reading.
    ///
    /// # Errors
    /// When that was never, or too long ago.
    pub fn informed(&self, now: Timestamp) -> Result<Informed<'_>, SessionError> {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        match seen.read_at {
            Some(read_at) if now.since(read_at) <= self.max_lag => Ok(Informed(seen)),
            _ => Err(SessionError::Uninformed),
        }
    }

    /// How old a reading may be.
    #[must_use]
    pub const fn max_lag(&self) -> Duration {
        self.max_lag
    }

    /// Reads what is new in the log; answers how far the log has come.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn catch_up(&self) -> Result<u64, StoreError> {
        let _one_at_a_time = self.reading.lock().await;
        let asked_at = self.clock.now();
        let from = self
            .seen
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .view
            .number();
        let (rows, number) = self.log.after(from).await?;
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        seen.view.apply(rows, number);
        seen.view.prune(asked_at);
        seen.read_at = Some(asked_at);
        Ok(number)
    }

    /// Writes a row, and holds tokens against it here before anybody is told.
    ///
    /// # Errors
    /// When the database fails: then nothing was revoked.
    pub async fn revoke(&self, revocation: &Revocation) -> Result<Appended, StoreError> {
        let appended = self.log.append(revocation, self.clock.now()).await?;
        // Rows of other replicas may lie between the last reading and this one: the number stays.
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        let number = seen.view.number();
        seen.view.apply([appended.row], number);
        Ok(appended)
    }

    /// Follows the log until `stopping`; `gate` is open while tokens can be vouched for.
    pub async fn follow(&self, gate: Gate, stopping: CancellationToken) {
        let mut polls = 0_u32;
        loop {
            match self.catch_up().await {
                Ok(_) => gate.set(true),
                Err(error) => {
                    tracing::warn!(
                        error = service_kit::causes(&error),
                        "the log of revocations cannot be read"
                    );
                    // While nothing can be vouched for, other replicas should be asked.
                    let vouching = self.informed(self.clock.now()).is_ok();
                    gate.set(vouching);
                }
            }
            polls = polls.wrapping_add(1);
            if polls.is_multiple_of(PRUNE_EVERY) {
                self.prune().await;
            }
            let nudge = tokio::time::timeout(POLL, self.log.nudged());
            if stopping.run_until_cancelled(nudge).await.is_none() {
                return;
            }
        }
    }

    async fn prune(&self) {
        if let Err(error) = self.log.prune(self.clock.now()).await {
            tracing::warn!(
                error = service_kit::causes(&error),
                "old revocations stay for now"
            );
        }
    }
}

/// A look at the live rows.
pub struct Informed<'a>(RwLockReadGuard<'a, Seen>);

impl std::ops::Deref for Informed<'_> {
    type Target = RevocationView;

    fn deref(&self) -> &RevocationView {
        &self.0.view
    }
}
