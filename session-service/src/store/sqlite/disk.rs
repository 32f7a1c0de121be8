//! Whether the disk takes what is written.
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// What reached the disk so lately vouches for the next write.
const FRESH: Duration = Duration::from_secs(1);
/// For so long after a failure nothing does.
const WARY: Duration = Duration::from_mins(1);
/// SQLite's codes for a lock that somebody else holds.
const BUSY: [&str; 3] = ["5", "261", "517"];

/// What the last writes to the disk have shown. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk(Arc<Mutex<Shown>>);

#[derive(Clone, Copy, Debug, Default)]
struct Shown {
    /// Whether, since the last failure, what was written before it is known to be there.
    settled: bool,
    wrote_at: Option<Instant>,
    failed_at: Option<Instant>,
}

impl Disk {
    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A write has reached the disk.
    pub(super) fn wrote(&self) {
        self.shown().wrote_at = Some(Instant::now());
    }

    /// What was written before is known to be there.
    pub(super) fn settled(&self) {
        self.shown().settled = true;
    }

    /// Something has failed.
    pub(super) fn failed(&self, error: &sqlx::Error) {
        let mut shown = self.shown();
        shown.wrote_at = None;
        if !is_only_busy(error) {
            shown.failed_at = Some(Instant::now());
            shown.settled = false;
        }
    }

    /// Whether something must be done before the next write. The operating system may believe to have
    /// written what it has not, and will not try again.
    pub(super) fn is_doubtful(&self) -> bool {
        !self.shown().settled
    }

    /// Whether a write reached the disk a moment ago, and nothing speaks against the next one.
    pub(super) fn is_proven(&self) -> bool {
        let shown = *self.shown();
        shown.settled && lately(shown.wrote_at, FRESH) && !lately(shown.failed_at, WARY)
    }

    /// Whether the disk has failed so lately that one must be wary of it.
    pub(super) fn has_failed_lately(&self) -> bool {
        lately(self.shown().failed_at, WARY)
    }
}

fn lately(at: Option<Instant>, span: Duration) -> bool {
    at.is_some_and(|at| at.elapsed() < span)
}

/// Whether others kept us from writing, and not the disk.
fn is_only_busy(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| BUSY.contains(&&*code)),
        _ => false,
    }
}
