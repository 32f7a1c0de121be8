//! The log of revocations, and the copy of its live rows that every token is held against.
use std::{
    collections::VecDeque,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
    time::Duration,
};

use service_kit::{Clock, Gate};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::{
    SessionError,
    domain::{Revocation, RevocationView, Row, Session},
    store::{Appended, RevocationLog, StoreError},
};

/// How often the log is read at least, whoever wrote it; a nudge makes it sooner.
const POLL: Duration = Duration::from_secs(1);
/// How often rows that have done their duty are deleted.
const PRUNE_EVERY: Duration = Duration::from_mins(10);
/// How much longer than any token a row stays, for clocks that differ.
const ROW_MARGIN: Duration = Duration::from_mins(1);

/// The log, and its live rows in memory.
pub struct Revocations {
    log: Arc<dyn RevocationLog>,
    clock: Arc<dyn Clock>,
    max_lag: Duration,
    row_life: Duration,
    seen: RwLock<Seen>,
    reading: Mutex<()>,
}

/// Moments are how much time had passed here: no calendar that jumps makes a reading look fresh.
#[derive(Default)]
struct Seen {
    view: RevocationView,
    read_at: Option<Duration>,
    /// How far the log had come, and when, for later: then these rows may go.
    marks: VecDeque<(Duration, u64)>,
    /// The highest number that a session says the log had, where that is more than was read here.
    ahead: u64,
    /// Whether the log has less than it once had: an older database took the place of ours.
    set_back: bool,
}

impl Seen {
    /// Takes in what was read, at `read_at`, of a log that had come as far as `reached` before.
    fn take(&mut self, rows: Vec<Row>, number: u64, reached: u64, read_at: Duration) {
        if number < self.view.number() {
            self.view.set_back(number);
            // What they say of numbers is no longer so.
            self.marks.clear();
        }
        let set_back = number < reached;
        if set_back && !self.set_back {
            tracing::error!(
                log.number = number,
                log.reached = reached,
                "the database was set back: revocations are lost; see \"Backup and restore\" in OPERATIONS.md"
            );
        }
        self.set_back = set_back;
        self.view.apply(rows, number);
        self.read_at = Some(read_at);
    }
}

impl Revocations {
    /// Follows `log`; without a reading younger than `max_lag`, nothing is vouched for. No token lives
    /// longer than `token_life` without a refresh.
    #[must_use]
    pub fn new(
        log: Arc<dyn RevocationLog>,
        clock: Arc<dyn Clock>,
        max_lag: Duration,
        token_life: Duration,
    ) -> Self {
        Self {
            log,
            clock,
            max_lag,
            row_life: token_life + max_lag + ROW_MARGIN,
            seen: RwLock::default(),
            reading: Mutex::default(),
        }
    }

    /// The live rows, as of the last reading.
    ///
    /// # Errors
    /// When that was never, or too long ago.
    pub fn informed(&self) -> Result<Informed<'_>, SessionError> {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        let lag = |read_at| self.clock.elapsed().saturating_sub(read_at);
        match seen.read_at {
            Some(read_at) if lag(read_at) <= self.max_lag => Ok(Informed(seen)),
            _ => Err(SessionError::Uninformed),
        }
    }

    /// Whether the log lacks what it had when this session's login began: rows that would end the session
    /// may be lost with it. Another replica's rows of a moment ago are only read a moment later.
    #[must_use]
    pub fn has_lost_sight_of(&self, session: &Session) -> bool {
        {
            let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
            if session.since <= seen.view.number() {
                return false;
            }
            if session.since <= seen.ahead {
                return seen.set_back;
            }
        }
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        seen.ahead = seen.ahead.max(session.since);
        seen.set_back
    }

    /// How long a row stays. No token that it could refuse lives longer: a revoked session is never
    /// refreshed.
    #[must_use]
    pub const fn row_life(&self) -> Duration {
        self.row_life
    }

    /// Reads what is new in the log; answers how far the log has come.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn catch_up(&self) -> Result<u64, StoreError> {
        let _one_at_a_time = self.reading.lock().await;
        let asked_at = self.clock.elapsed();
        let (from, ahead) = {
            let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
            (seen.view.number(), seen.ahead)
        };
        let (mut rows, number) = self.log.after(from).await?;
        if number < from {
            // Its numbers are given out once more: those that were read mean nothing now.
            (rows, _) = self.log.after(0).await?;
        }
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        seen.take(rows, number, from.max(ahead), asked_at);
        Ok(number)
    }

    /// Writes a row, and holds tokens against it here before anybody is told.
    ///
    /// # Errors
    /// When the database fails: then nothing was revoked.
    pub async fn revoke(&self, revocation: &Revocation) -> Result<Appended, StoreError> {
        let appended = self.log.append(revocation, self.clock.now()).await?;
        self.heed([appended.row]);
        Ok(appended)
    }

    /// Holds tokens against rows that are written already.
    pub fn heed(&self, rows: impl IntoIterator<Item = Row>) {
        // Rows of other replicas may lie between the last reading and these: the number stays.
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        let number = seen.view.number();
        seen.view.apply(rows, number);
    }

    /// Follows the log until `stopping`; `gate` is open while tokens can be vouched for.
    pub async fn follow(&self, gate: Gate, stopping: CancellationToken) {
        let mut pruned_at = self.clock.elapsed();
        loop {
            match self.catch_up().await {
                Ok(_) => gate.set(true),
                Err(error) => {
                    tracing::warn!(
                        error = service_kit::causes(&error),
                        "the log of revocations cannot be read"
                    );
                    // While nothing can be vouched for, other replicas should be asked.
                    let vouching = self.informed().is_ok();
                    gate.set(vouching);
                }
            }
            if self.clock.elapsed().saturating_sub(pruned_at) >= PRUNE_EVERY {
                pruned_at = self.clock.elapsed();
                self.prune().await;
            }
            let nudge = tokio::time::timeout(POLL, self.log.nudged());
            if stopping.run_until_cancelled(nudge).await.is_none() {
                return;
            }
        }
    }

    async fn prune(&self) {
        let Some(number) = self.outlived() else {
            return;
        };
        if let Err(error) = self.log.prune(number).await {
            tracing::warn!(
                error = service_kit::causes(&error),
                "old revocations stay for now"
            );
        }
    }

    /// Up to which number rows have been there for longer than they must; forgets these here.
    fn outlived(&self) -> Option<u64> {
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.elapsed();
        let mark = (now, seen.view.number());
        seen.marks.push_back(mark);
        let young = |(at, _): &(Duration, u64)| now.saturating_sub(*at) < self.row_life;
        let old = seen.marks.iter().take_while(|mark| !young(mark)).count();
        let (_, number) = seen.marks.drain(..old).next_back()?;
        seen.view.forget(number);
        Some(number)
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
