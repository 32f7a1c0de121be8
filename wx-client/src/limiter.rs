//! So many calls per second.

use std::{num::NonZeroU32, time::Duration};

use governor::{Quota, RateLimiter, middleware::NoOpMiddleware, state::InMemoryState};

use crate::clock::Clock;

/// Lets so many calls pass per second, and after a quiet second as many at once.
#[derive(Debug)]
pub(crate) struct Limiter(
    RateLimiter<governor::state::NotKeyed, InMemoryState, Clock, NoOpMiddleware<Duration>>,
);

impl Limiter {
    pub(crate) fn per_second(calls: NonZeroU32, clock: Clock) -> Self {
        let quota = Quota::per_second(calls);
        Self(RateLimiter::direct_with_clock(quota, clock))
    }

    /// Lets one call pass, or says when one may.
    pub(crate) fn pass(&self) -> Result<(), Duration> {
        let now = governor::clock::Clock::now(self.0.clock());
        self.0
            .check()
            .map_err(|not_until| not_until.wait_time_from(now))
    }
}
