//! A registry of metrics, handed down.
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};

/// Bounds of a latency histogram, in seconds: from one Redis round trip to a lost cause.
const LATENCY_BUCKETS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 3.0, 10.0,
];

/// The metrics of one service; cheap to clone.
///
/// All names start with `wxgate_`. Label values come from closed lists (routes, methods, reasons),
/// never from what a client sent, so the number of series stays bounded.
#[derive(Clone)]
pub struct Metrics(Arc<Mutex<Known>>);

struct Known {
    registry: Registry,
    latencies: HashMap<String, LatencyFamily>,
}

impl Default for Metrics {
    fn default() -> Self {
        let registry = Registry::with_prefix("wxgate");
        Self(Arc::new(Mutex::new(Known {
            registry,
            latencies: HashMap::new(),
        })))
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics(..)")
    }
}

impl Metrics {
    /// Adds metrics: `register` sees the registry once.
    pub fn register<T>(&self, register: impl FnOnce(&mut Registry) -> T) -> T {
        register(&mut self.known().registry)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything, in the `OpenMetrics` text format that Prometheus scrapes.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut text = String::new();
        match encode(&mut text, &self.known().registry) {
            Ok(()) => text,
            Err(std::fmt::Error) => String::new(), // cannot happen: a string takes all writes
        }
    }

    /// A counter per `(name of the label, its value)`.
    #[must_use]
    pub fn counter(&self, name: &str, help: &str) -> Family<Vec<(&'static str, String)>, Counter> {
        let family = Family::default();
        self.register(|registry| registry.register(name, help, family.clone()));
        family
    }

    /// The latencies called `name`: the same ones whoever asks, so that two listeners of one service
    /// share a metric.
    pub(crate) fn latencies(&self, name: &str, help: &str) -> LatencyFamily {
        let Known {
            registry,
            latencies,
        } = &mut *self.known();
        let family = latencies.entry(name.to_owned()).or_insert_with(|| {
            let family: LatencyFamily = Family::new_with_constructor(latency);
            registry.register(name, help, family.clone());
            family
        });
        family.clone()
    }
}

/// Latency per set of labels.
pub(crate) type LatencyFamily = Family<Vec<(&'static str, String)>, Histogram, fn() -> Histogram>;

fn latency() -> Histogram {
    Histogram::new(LATENCY_BUCKETS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_shows_its_name_and_label() {
        let metrics = Metrics::default();
        let logins = metrics.counter("logins", "Logins by outcome");
        logins
            .get_or_create(&vec![("outcome", "ok".to_owned())])
            .inc();
        assert!(
            metrics
                .encode()
                .contains("wxgate_logins_total{outcome=\"ok\"} 1")
        );
    }

    #[test]
    fn two_registries_share_nothing() {
        let (one, other) = (Metrics::default(), Metrics::default());
        one.counter("logins", "Logins").get_or_create(&vec![]).inc();
        assert!(!other.encode().contains("logins"));
    }
}
