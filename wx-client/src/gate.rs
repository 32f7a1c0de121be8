//! Whether a call may go out at all: one gate for each app and kind of call.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    api::Api,
    breaker::{Breaker, Pass},
    clock::Clock,
    error::WxError,
    limiter::Limiter,
    settings::Settings,
};

/// All gates. An app that is in trouble at WeChat, or a call that is, does not shut the others.
#[derive(Debug)]
pub(crate) struct Gates {
    clock: Clock,
    calls_per_second: NonZeroU32,
    failures_tolerated: u32,
    known: Mutex<HashMap<(String, Api), Arc<Gate>>>,
}

/// The gate of one app's calls of one kind.
#[derive(Debug)]
pub(crate) struct Gate {
    limiter: Limiter,
    breaker: Breaker,
}

impl Gates {
    pub(crate) fn new(settings: &Settings, clock: Clock) -> Self {
        Self {
            clock,
            calls_per_second: settings.calls_per_second,
            failures_tolerated: settings.failures_tolerated,
            known: Mutex::default(),
        }
    }

    /// The gate of this app's calls of this kind.
    pub(crate) fn of(&self, appid: &str, api: Api) -> Arc<Gate> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let gate = known
            .entry((appid.to_owned(), api))
            .or_insert_with(|| Arc::new(self.gate()));
        Arc::clone(gate)
    }

    fn gate(&self) -> Gate {
        Gate {
            limiter: Limiter::per_second(self.calls_per_second, self.clock.clone()),
            breaker: Breaker::new(self.failures_tolerated, self.clock.clone()),
        }
    }
}

impl Gate {
    /// Lets one attempt pass. Its outcome is to be recorded.
    pub(crate) fn pass(&self) -> Result<Pass, WxError> {
        self.limiter
            .pass()
            .map_err(|retry_after| WxError::Throttled { retry_after })?;
        self.breaker
            .pass()
            .map_err(|retry_after| WxError::CircuitOpen { retry_after })
    }

    /// Takes note of what became of an attempt.
    pub(crate) fn record(&self, pass: Pass, error: Option<&WxError>) {
        let failed = error.is_some_and(WxError::is_outage);
        self.breaker.record(pass, failed);
    }
}
