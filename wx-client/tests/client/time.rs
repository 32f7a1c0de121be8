//! Time that passes when it is told to.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use wx_client::{Settings, WxClient};

/// Milliseconds since the test began.
#[derive(Clone, Default)]
pub(crate) struct Time(Arc<AtomicU64>);

impl Time {
    pub(crate) fn advance(&self, by: Duration) {
        let millis = u64::try_from(by.as_nanos().div_ceil(1_000_000)).unwrap();
        self.0.fetch_add(millis, Ordering::SeqCst);
    }

    /// A client whose limits go by this time.
    pub(crate) fn client(&self, settings: Settings) -> WxClient {
        let millis = Arc::clone(&self.0);
        let elapsed = move || Duration::from_millis(millis.load(Ordering::SeqCst));
        WxClient::with_clock(settings, elapsed).unwrap()
    }
}
