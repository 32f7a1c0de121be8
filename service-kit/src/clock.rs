//! Time as a dependency.
use std::{
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// A moment, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The moment `millis` milliseconds after the epoch.
    #[must_use]
    pub const fn from_unix_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// The moment `seconds` seconds after the epoch.
    #[must_use]
    pub const fn from_unix_seconds(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn unix_millis(self) -> u64 {
        self.0
    }

    /// Whole seconds since the epoch.
    #[must_use]
    pub const fn unix_seconds(self) -> u64 {
        self.0 / 1000
    }

    /// This moment moved forward by `by`; stops at the end of time.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(millis(by)))
    }

    /// How long ago `earlier` was; zero when it is still to come.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Tells the time, in two ways.
pub trait Clock: Send + Sync + 'static {
    /// What the calendar says. It may jump, also back: somebody puts the clock right.
    fn now(&self) -> Timestamp;

    /// How much time has passed since some moment of this process. It never jumps: for how long ago
    /// something was here.
    fn elapsed(&self) -> Duration;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that reads the clock"
        )]
        let now = SystemTime::now();
        Timestamp(now.duration_since(UNIX_EPOCH).map_or(0, millis))
    }

    fn elapsed(&self) -> Duration {
        static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
        BEGAN.elapsed()
    }
}

/// A clock that stands still until told to move.
#[derive(Debug)]
pub struct ManualClock {
    now: AtomicU64,
    elapsed: AtomicU64,
}

impl ManualClock {
    /// A clock standing at `start`.
    #[must_use]
    pub const fn at(start: Timestamp) -> Self {
        Self {
            now: AtomicU64::new(start.0),
            elapsed: AtomicU64::new(0),
        }
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        self.now.fetch_add(millis(by), Ordering::SeqCst);
        self.elapsed.fetch_add(millis(by), Ordering::SeqCst);
    }

    /// Puts the clock to `moment`, which may lie in the past. No time passes.
    pub fn set(&self, moment: Timestamp) {
        self.now.store(moment.0, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.now.load(Ordering::SeqCst))
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.elapsed.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = ManualClock::at(Timestamp::from_unix_seconds(5));
        clock.advance(Duration::from_millis(1500));
        assert_eq!(clock.now().unix_millis(), 6500);
    }

    #[test]
    fn a_clock_that_is_put_right_lets_no_time_pass() {
        let clock = ManualClock::at(Timestamp::from_unix_seconds(5));
        clock.advance(Duration::from_secs(2));
        clock.set(Timestamp::default());
        assert_eq!(clock.now(), Timestamp::default());
        assert_eq!(clock.elapsed(), Duration::from_secs(2));
    }

    #[test]
    fn the_future_is_not_long_ago() {
        let (early, late) = (
            Timestamp::from_unix_seconds(1),
            Timestamp::from_unix_seconds(9),
        );
        assert_eq!(early.since(late), Duration::ZERO);
        assert_eq!(late.since(early), Duration::from_secs(8));
    }
}
