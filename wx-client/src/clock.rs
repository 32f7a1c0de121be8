//! Where limits take the time from.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

/// How long it is since some moment that does not change.
#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> Duration + Send + Sync>);

impl Clock {
    /// A clock that reads `elapsed`.
    pub(crate) fn new(elapsed: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self(Arc::new(elapsed))
    }

    /// The machine's monotonic clock.
    pub(crate) fn system() -> Self {
        let start = Instant::now();
        Self::new(move || start.elapsed())
    }

    /// How long it is since then.
    pub(crate) fn elapsed(&self) -> Duration {
        (self.0)()
    }
}

impl governor::clock::Clock for Clock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.elapsed()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
