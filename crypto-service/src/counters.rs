//! What operators may know: how often, and why not.
use prometheus_client::metrics::{counter::Counter, family::Family};
use telemetry::Metrics;

use crate::domain::Rejected;

type Outcomes = Family<Vec<(&'static str, String)>, Counter>;

/// The counters of this service.
pub(crate) struct Counters {
    seals: Counter,
    open_data: Outcomes,
    raw_data: Outcomes,
    signatures: Outcomes,
}

impl Counters {
    pub(crate) fn new(metrics: &Metrics) -> Self {
        let seals = Counter::default();
        metrics.register(|registry| {
            registry.register("crypto_seals", "Sealed session_keys", seals.clone());
        });
        Self {
            seals,
            open_data: metrics.counter("crypto_open_data", "Opened data by precise outcome"),
            raw_data: metrics.counter("crypto_raw_data", "Checked signatures by precise outcome"),
            signatures: metrics.counter("crypto_signatures", "Made signatures by precise outcome"),
        }
    }

    pub(crate) fn sealed(&self) {
        self.seals.inc();
    }

    pub(crate) fn opened<T>(&self, result: &Result<T, Rejected>) {
        count(&self.open_data, result);
    }

    pub(crate) fn verified<T>(&self, result: &Result<T, Rejected>) {
        count(&self.raw_data, result);
    }

    pub(crate) fn signed<T>(&self, result: &Result<T, Rejected>) {
        count(&self.signatures, result);
    }
}

fn count<T>(outcomes: &Outcomes, result: &Result<T, Rejected>) {
    let outcome = result.as_ref().err().map_or("ok", Rejected::reason);
    let labels = vec![("outcome", outcome.to_owned())];
    outcomes.get_or_create(&labels).inc();
}
