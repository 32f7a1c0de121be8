//! How often the session store failed, and why.
use prometheus_client::metrics::{counter::Counter, family::Family};
use telemetry::Metrics;

use super::StoreError;

/// Counts failures by reason, from a closed list.
#[derive(Clone, Default)]
pub(super) struct Failures(Family<Vec<(&'static str, String)>, Counter>);

impl Failures {
    pub(super) fn new(metrics: &Metrics) -> Self {
        let help = "Questions that the session store did not answer, by reason";
        Self(metrics.counter("session_store_failures", help))
    }

    /// Passes the outcome on.
    pub(super) fn count<T>(&self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        outcome.inspect_err(|error| self.note(error))
    }

    pub(super) fn note(&self, error: &StoreError) {
        let labels = vec![("reason", error.reason())];
        self.0.get_or_create(&labels).inc();
    }
}
