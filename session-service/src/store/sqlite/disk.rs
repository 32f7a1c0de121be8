//! Whether the disk takes what is written.
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// What reached the disk so lately vouches for the next write.
const FRESH: Duration = Duration::from_secs(1);
/// SQLite's codes for a lock that somebody else holds.
const BUSY: [&str; 3] = ["5", "261", "517"];

/// What the last write to the disk has shown. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk(Arc<Mutex<Shown>>);

#[derive(Clone, Copy, Debug, Default)]
enum Shown {
    /// Nobody has written yet, or the last write failed. The operating system may believe to have
    /// written what it has not, and will not try again.
    #[default]
    Doubtful,
    /// Since then nothing is known against it.
    Sound(Option<Instant>),
}

impl Disk {
    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A write has reached the disk.
    pub(super) fn wrote(&self) {
        *self.shown() = Shown::Sound(Some(Instant::now()));
    }

    /// Something has failed.
    pub(super) fn failed(&self, error: &sqlx::Error) {
        let mut shown = self.shown();
        *shown = match *shown {
            Shown::Sound(_) if is_only_busy(error) => Shown::Sound(None),
            _ => Shown::Doubtful,
        };
    }

    /// What was written before is known to be there.
    pub(super) fn settled(&self) {
        *self.shown() = Shown::Sound(None);
    }

    /// Whether something must be done before the next write.
    pub(super) fn is_doubtful(&self) -> bool {
        matches!(*self.shown(), Shown::Doubtful)
    }

    /// Whether a write reached the disk a moment ago.
    pub(super) fn is_proven(&self) -> bool {
        matches!(*self.shown(), Shown::Sound(Some(at)) if at.elapsed() < FRESH)
    }
}

/// Whether others kept us from writing, and not the disk.
fn is_only_busy(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| BUSY.contains(&&*code)),
        _ => false,
    }
}
