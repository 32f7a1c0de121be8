//! Times that are taken on a machine which others use, too.
use std::{
    panic::{AssertUnwindSafe, resume_unwind},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use futures::FutureExt;

/// How often the machine is asked whether it goes on.
const BEAT: Duration = Duration::from_millis(5);
/// A machine that stood still for so long has spoiled a time.
const SPOILED: Duration = Duration::from_millis(100);
/// How often a check is made at most.
const TRIES: usize = 5;

/// Makes a check that takes times. One that fails while the machine stood still says nothing about
/// wxgate, and is made again; on a machine that went on, the first failure counts.
pub async fn timed(check: impl AsyncFn()) {
    tried(check, || {
        let pulse = Pulse::start();
        || pulse.end()
    })
    .await;
}

/// `watch` is called before a try; what it gives tells for how long the machine stood still since.
async fn tried<StoodStill>(check: impl AsyncFn(), watch: impl Fn() -> StoodStill)
where
    StoodStill: FnOnce() -> Duration,
{
    for _ in 1..TRIES {
        let stood_still = watch();
        let Err(failure) = AssertUnwindSafe(check()).catch_unwind().await else {
            return;
        };
        let stood_still = stood_still();
        if stood_still < SPOILED {
            resume_unwind(failure);
        }
        eprintln!("this machine stood still for {stood_still:?}: once more");
    }
    check().await;
}

/// A thread that wakes up again and again, and notes how late it was at worst.
struct Pulse {
    over: Sender<()>,
    thread: JoinHandle<Duration>,
}

impl Pulse {
    fn start() -> Self {
        let (over, until) = channel();
        let thread = std::thread::spawn(move || Self::beat(&until));
        Self { over, thread }
    }

    fn beat(until: &Receiver<()>) -> Duration {
        let mut latest = Duration::ZERO;
        loop {
            let asleep = Instant::now();
            if until.recv_timeout(BEAT) != Err(RecvTimeoutError::Timeout) {
                return latest;
            }
            latest = latest.max(asleep.elapsed().saturating_sub(BEAT));
        }
    }

    /// The longest time for which the machine stood still.
    fn end(self) -> Duration {
        drop(self.over);
        self.thread.join().expect("it only sleeps")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// How often a check is made that panics in its first `failures` tries on a machine that stood still
    /// for so long in each, and whether it passes.
    async fn made(failures: usize, stood_still: Duration) -> (usize, bool) {
        let made = AtomicUsize::new(0);
        let check = async || {
            let before = made.fetch_add(1, Ordering::Relaxed);
            assert!(before >= failures, "on purpose");
        };
        let trying = tried(check, || || stood_still);
        let passed = AssertUnwindSafe(trying).catch_unwind().await.is_ok();
        (made.into_inner(), passed)
    }

    #[tokio::test]
    async fn the_first_failure_counts_on_a_machine_that_went_on() {
        assert_eq!(made(0, Duration::ZERO).await, (1, true));
        assert_eq!(made(1, SPOILED / 2).await, (1, false));
    }

    #[tokio::test]
    async fn a_spoiled_try_is_made_again_a_few_times() {
        assert_eq!(made(0, SPOILED).await, (1, true));
        assert_eq!(made(TRIES - 1, SPOILED).await, (TRIES, true));
        assert_eq!(made(TRIES, SPOILED).await, (TRIES, false));
    }

    #[test]
    fn a_pulse_ends_when_told() {
        assert!(Pulse::start().end() < Duration::from_mins(1));
    }
}
