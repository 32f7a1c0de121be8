//! What this service counts.
use prometheus_client::metrics::{counter::Counter, family::Family};
use service_kit::{ServiceError, code_of};
use telemetry::Metrics;

use crate::{SessionError, domain::Reason};

type Counted = Family<Vec<(&'static str, String)>, Counter>;

/// Logins, refreshes, revocations and decryptions, by outcome.
#[derive(Clone, Debug)]
pub struct Counters {
    logins: Counted,
    refreshes: Counted,
    revocations: Counted,
    decrypts: Counted,
    reuse: Counter,
    lost_sight: Counter,
}

impl Counters {
    /// Counts into `metrics`.
    #[must_use]
    pub fn new(metrics: &Metrics) -> Self {
        // Without labels, and so there from the start: an alarm needs the nought before the one.
        let reuse = Counter::default();
        let help = "Sessions ended because an old token came back";
        metrics.register(|registry| registry.register("token_reuse", help, reuse.clone()));
        let lost_sight = Counter::default();
        let help = "Sessions refused because the log of revocations lacks rows that it once had";
        metrics.register(|registry| {
            registry.register("sessions_ahead_of_log", help, lost_sight.clone());
        });
        Self {
            logins: metrics.counter(
                "logins",
                "Logins by outcome: ok, or the reason of the refusal",
            ),
            refreshes: metrics.counter("refreshes", "Refreshes by outcome"),
            revocations: metrics.counter("revocations", "Revocations written, by reason"),
            decrypts: metrics.counter("decrypts", "Decryptions of open data by outcome"),
            reuse,
            lost_sight,
        }
    }

    pub(super) fn login<T>(&self, outcome: &Result<T, SessionError>) {
        count(&self.logins, outcome);
    }

    pub(super) fn refresh<T>(&self, outcome: &Result<T, SessionError>) {
        count(&self.refreshes, outcome);
    }

    pub(super) fn decrypt<T>(&self, outcome: &Result<T, SessionError>) {
        count(&self.decrypts, outcome);
    }

    pub(super) fn revoked(&self, reason: Reason) {
        let labels = vec![("reason", reason.as_str().to_owned())];
        self.revocations.get_or_create(&labels).inc();
    }

    pub(super) fn lost_sight(&self) {
        self.lost_sight.inc();
    }

    pub(super) fn reused(&self) {
        self.reuse.inc();
    }
}

fn count<T>(counted: &Counted, outcome: &Result<T, SessionError>) {
    let outcome = match outcome {
        Ok(_) => "ok".to_owned(),
        Err(error) => code_of(error.reason()),
    };
    counted.get_or_create(&vec![("outcome", outcome)]).inc();
}
