//! Which failed calls are made again, and when.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

use crate::{error::WxError, request::Request};

/// How often a call is made again.
const RETRIES: usize = 2;

/// The shortest first pause; it grows by up to as much again, so that callers who failed together
/// do not come back together. The second one is twice as long.
const PAUSE: Duration = Duration::from_millis(50);

/// The pauses before further attempts.
pub(crate) fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_min_delay(PAUSE)
        .with_max_times(RETRIES)
        .with_jitter()
        .build()
}

/// Whether the call may be made again: if nothing reached WeChat, or if asking twice does no harm
/// and the failure may pass. A code is spent by asking.
pub(crate) fn is_worth_it(request: &Request, error: &WxError) -> bool {
    matches!(error, WxError::Unreachable(_)) || request.is_repeatable && error.is_outage()
}
