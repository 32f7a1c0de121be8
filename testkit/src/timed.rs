//! Time measured on a machine that others use, too.
use std::{
    fmt::Debug,
    panic::{AssertUnwindSafe, Location, panic_any, resume_unwind},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use futures::FutureExt;

/// How often the machine is asked whether it goes on.
const BEAT: Duration = Duration::from_millis(5);
/// A machine that stood still for so long has spoiled a measurement.
const SPOILED: Duration = Duration::from_millis(250);
/// How often a check is run at most.
const TRIES: usize = 5;

/// What [`assert_in_time`] panics with.
struct Late;

/// Asserts that something was in time, which a machine that stands still can prevent. What was `seen`
/// is said where it was not.
#[track_caller]
pub fn assert_in_time(was: bool, seen: &impl Debug) {
    if !was {
        eprintln!("{}: not in time: {seen:?}", Location::caller());
        panic_any(Late);
    }
}

/// Runs a check that measures time. If [`assert_in_time`] fails while the machine stood still, that says
/// nothing about wxgate, and the check is run again. Any other failure counts at once, and so does one on
/// a machine that went on.
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
        if stood_still < SPOILED || !failure.is::<Late>() {
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
        let thread = std::thread::spawn(move || longest_pause(|| sleep(&until)));
        Self { over, thread }
    }

    /// The longest time for which the machine stood still.
    fn end(self) -> Duration {
        drop(self.over);
        self.thread.join().expect("it only sleeps")
    }
}

/// Sleeps for a beat; answers for how long it slept, and whether to go on.
fn sleep(until: &Receiver<()>) -> (Duration, bool) {
    let asleep = Instant::now();
    let go_on = until.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout);
    (asleep.elapsed(), go_on)
}

/// How much longer than a beat the longest sleep was. The last one counts: the test may have woken first.
fn longest_pause(mut sleep: impl FnMut() -> (Duration, bool)) -> Duration {
    let mut longest = Duration::ZERO;
    loop {
        let (slept, go_on) = sleep();
        longest = longest.max(slept.saturating_sub(BEAT));
        if !go_on {
            return longest;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// How often a check is run that is late in its first `failures` tries on a machine that stood still
    /// for so long in each, and whether it passes.
    async fn run(failures: usize, stood_still: Duration) -> (usize, bool) {
        let run = AtomicUsize::new(0);
        let check = async || {
            let before = run.fetch_add(1, Ordering::Relaxed);
            assert_in_time(before >= failures, &"on purpose");
        };
        let trying = tried(check, || || stood_still);
        let passed = AssertUnwindSafe(trying).catch_unwind().await.is_ok();
        (run.into_inner(), passed)
    }

    #[tokio::test]
    async fn the_first_failure_counts_on_a_machine_that_went_on() {
        assert_eq!(run(0, Duration::ZERO).await, (1, true));
        assert_eq!(run(1, SPOILED / 2).await, (1, false));
    }

    #[tokio::test]
    async fn a_spoiled_try_is_made_again_a_few_times() {
        assert_eq!(run(0, SPOILED).await, (1, true));
        assert_eq!(run(TRIES - 1, SPOILED).await, (TRIES, true));
        assert_eq!(run(TRIES, SPOILED).await, (TRIES, false));
    }

    #[tokio::test]
    #[should_panic(expected = "a wrong answer")]
    async fn a_failure_that_is_no_matter_of_time_counts_always() {
        let tries = AtomicUsize::new(0);
        let check = async || assert!(tries.fetch_add(1, Ordering::Relaxed) > 0, "a wrong answer");
        tried(check, || || SPOILED).await;
    }

    #[test]
    fn the_longest_sleep_counts_though_it_be_the_last() {
        for (first, last) in [(BEAT, 3 * BEAT), (3 * BEAT, BEAT)] {
            let mut sleeps = [(first, true), (BEAT, true), (last, false)].into_iter();
            let longest = longest_pause(|| sleeps.next().expect("it was told to end"));
            assert_eq!(longest, 2 * BEAT);
        }
    }

    #[test]
    fn a_pulse_ends_when_told() {
        assert!(Pulse::start().end() < Duration::from_mins(1));
    }
}
