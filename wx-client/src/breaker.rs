//! Leaves a WeChat that fails alone until it is well.

use std::{
    num::NonZeroU32,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{clock::Clock, limiter::Limiter};

/// What is older than this says nothing of how WeChat is now.
const WINDOW: Duration = Duration::from_secs(10);

/// How often a WeChat that failed is tried.
const PROBES_PER_SECOND: NonZeroU32 = NonZeroU32::MIN;

/// Opens when, within ten seconds, a number of calls failed that are half of all or more. While it
/// is open, one call a second passes, to see how WeChat is; the first that does not fail closes it.
#[derive(Debug)]
pub(crate) struct Breaker {
    clock: Clock,
    tolerated: u32,
    probes: Limiter,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Closed(Window),
    Open,
}

/// What became of the calls since a moment.
#[derive(Debug)]
struct Window {
    since: Duration,
    calls: u32,
    failures: u32,
}

/// Leave to make a call, whose outcome must be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pass {
    /// One of many.
    Ordinary,
    /// The one that shows how WeChat is.
    Probe,
}

impl Breaker {
    /// Opens at more failures than are tolerated.
    pub(crate) fn new(tolerated: u32, clock: Clock) -> Self {
        Self {
            tolerated,
            probes: Limiter::per_second(PROBES_PER_SECOND, clock.clone()),
            state: Mutex::new(State::Closed(Window::starting(clock.elapsed()))),
            clock,
        }
    }

    /// Lets a call pass, or says when WeChat will be tried again.
    pub(crate) fn pass(&self) -> Result<Pass, Duration> {
        match &*self.state() {
            State::Closed(_) => Ok(Pass::Ordinary),
            State::Open => self.probes.pass().map(|()| Pass::Probe),
        }
    }

    /// Takes note of what became of a call. Where the breaker opened after the call was let pass,
    /// nothing is learnt from it.
    pub(crate) fn record(&self, pass: Pass, failed: bool) {
        let mut state = self.state();
        let now = self.clock.elapsed();
        match &mut *state {
            State::Closed(window) => {
                window.count(now, failed);
                if window.failures > self.tolerated && window.failures * 2 >= window.calls {
                    *state = State::Open;
                    tracing::warn!("WeChat fails: it is left alone, but for one call a second");
                    // The first probe is due in a second.
                    let _ = self.probes.pass();
                }
            }
            State::Open if pass == Pass::Probe && !failed => {
                *state = State::Closed(Window::starting(now));
                tracing::info!("WeChat is well again");
            }
            State::Open => {}
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves a state that is as good as any.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Window {
    fn starting(since: Duration) -> Self {
        Self {
            since,
            calls: 0,
            failures: 0,
        }
    }

    fn count(&mut self, now: Duration, failed: bool) {
        if now.saturating_sub(self.since) >= WINDOW {
            *self = Self::starting(now);
        }
        self.calls = self.calls.saturating_add(1);
        self.failures = self.failures.saturating_add(u32::from(failed));
    }
}
