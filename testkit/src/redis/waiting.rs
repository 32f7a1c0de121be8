//! Waiting, bounded.
use std::time::{Duration, Instant};

/// What has not come about after this long will not.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(5);
/// A server that has not said after this long is taken for silent.
const SILENT: Duration = Duration::from_secs(1);

/// A wait for something that a test needs, between looks whether it is there.
pub(super) struct Waiting {
    what: &'static str,
    began: Instant,
}

impl Waiting {
    /// Begins to wait.
    pub(super) fn until(what: &'static str) -> Self {
        let began = Instant::now();
        Self { what, began }
    }

    /// It was not there: waits a little before the next look.
    pub(super) async fn pause(&self) {
        let Self { what, began } = self;
        assert!(
            began.elapsed() < PATIENCE,
            "not within {PATIENCE:?}: {what}"
        );
        tokio::time::sleep(PAUSE).await;
    }
}

/// The answer, unless there is none soon: the server may hang, or be dead.
pub(super) async fn if_awake<T, E>(asking: impl Future<Output = Result<T, E>>) -> Option<T> {
    tokio::time::timeout(SILENT, asking).await.ok()?.ok()
}
