//! What this service counts.
use std::{
    collections::BTreeSet,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use prometheus_client::metrics::{counter::Counter, family::Family};
use service_kit::{ServiceError, code_of};
use telemetry::Metrics;
use wx_client::{Api, WxError};

use crate::{
    SessionError,
    domain::{AppId, Reason},
};

type Counted = Family<Vec<(&'static str, String)>, Counter>;

/// So many refused addresses have a series of their own: what WeChat says must not fill a memory.
const ADDRESSES: usize = 8;

/// Logins, refreshes, revocations and decryptions, by outcome.
#[derive(Clone, Debug)]
pub struct Counters {
    logins: Counted,
    refreshes: Counted,
    revocations: Counted,
    decrypts: Counted,
    phones: Counted,
    wechat: Counted,
    address_refused: Counted,
    /// Those that have a series of their own.
    addresses: Arc<Mutex<BTreeSet<IpAddr>>>,
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
            phones: metrics.counter("phone_numbers", "Phone numbers asked for, by outcome"),
            wechat: metrics.counter(
                "wechat_calls",
                "Questions to WeChat, which has quotas for most: by app, API and outcome",
            ),
            address_refused: metrics.counter(
                "wechat_address_refused",
                "Times that WeChat refused an address of ours: by app and address",
            ),
            addresses: Arc::default(),
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

    pub(super) fn phone<T>(&self, outcome: &Result<T, SessionError>) {
        count(&self.phones, outcome);
    }

    pub(super) fn wechat<T>(&self, appid: &AppId, api: Api, outcome: &Result<T, WxError>) {
        let outcome = outcome.as_ref().err().map_or("ok", WxError::kind);
        let api = api.path().rsplit('/').next().unwrap_or_default();
        let labels = [
            ("appid", appid.as_str()),
            ("api", api),
            ("outcome", outcome),
        ];
        let labels = labels.map(|(name, value)| (name, value.to_owned()));
        self.wechat.get_or_create(&labels.to_vec()).inc();
    }

    pub(super) fn address_refused(&self, appid: &str, address: Option<IpAddr>) {
        let address = address.map_or_else(|| "unknown".to_owned(), |address| self.name(address));
        let labels = vec![("appid", appid.to_owned()), ("address", address)];
        self.address_refused.get_or_create(&labels).inc();
    }

    /// What an address is counted as.
    fn name(&self, address: IpAddr) -> String {
        let known = self.addresses.lock();
        let mut known = known.unwrap_or_else(PoisonError::into_inner);
        if known.len() < ADDRESSES {
            known.insert(address);
        }
        if known.contains(&address) {
            address.to_string()
        } else {
            "other".to_owned()
        }
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
