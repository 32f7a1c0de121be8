//! The operations.
use std::{sync::Arc, time::Duration};

use service_kit::Clock;
use telemetry::Metrics;

use crate::{
    counters::Counters,
    domain::{
        Encrypted, Envelope, Fingerprint, Owner, RawData, Rejected, Rules, SealedRing, SessionKey,
        Vault, useful_when_displaced,
    },
    error::CryptoError,
};

/// What the operations work with.
pub(crate) struct Parts {
    pub(crate) vault: Vault,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) watermark_max_age: Duration,
}

/// Everything that is ever done with a `session_key`.
pub(crate) struct SessionKeys {
    parts: Parts,
    counters: Counters,
}

/// A sealed key, and what its keeper needs to know about it.
pub(crate) struct Sealed {
    pub(crate) blob: Vec<u8>,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) useful_when_displaced: Duration,
}

impl SessionKeys {
    pub(crate) fn new(parts: Parts, metrics: &Metrics) -> Self {
        let counters = Counters::new(metrics);
        Self { parts, counters }
    }

    /// Seals `key` for `owner` alone.
    pub(crate) fn seal(&self, owner: &Owner, key: &SessionKey) -> Result<Sealed, CryptoError> {
        let mut nonce = [0; 24];
        getrandom::fill(&mut nonce)?;
        let vault = &self.parts.vault;
        let sealed = Sealed {
            blob: vault.seal(key, owner, nonce),
            fingerprint: vault.fingerprint(key, owner),
            useful_when_displaced: useful_when_displaced(self.parts.watermark_max_age),
        };
        self.counters.sealed();
        Ok(sealed)
    }

    /// Opens `encrypted` with the first key of `ring` that fits.
    pub(crate) fn open(
        &self,
        owner: &Owner,
        ring: &SealedRing,
        encrypted: &Encrypted,
    ) -> Result<String, CryptoError> {
        let opened = self.first_that_fits(owner, ring, encrypted);
        self.counters.opened(&opened);
        if let Err(rejected) = &opened {
            tracing::info!(outcome = rejected.reason(), "open data refused");
        }
        Ok(opened?)
    }

    fn first_that_fits(
        &self,
        owner: &Owner,
        ring: &SealedRing,
        encrypted: &Encrypted,
    ) -> Result<String, Rejected> {
        let envelope = Envelope::parse(encrypted)?;
        let rules = Rules {
            owner,
            now: self.parts.clock.now(),
            max_age: self.parts.watermark_max_age,
        };
        ring.first_fit(|blob| {
            let key = self.parts.vault.unseal(blob, owner)?;
            rules.accept(envelope.open(&key)?)
        })
    }

    /// Checks that a key of `ring` signed `raw`.
    pub(crate) fn verify(
        &self,
        owner: &Owner,
        ring: &SealedRing,
        raw: &RawData,
    ) -> Result<(), CryptoError> {
        let verified = ring.first_fit(|blob| raw.check(&self.parts.vault.unseal(blob, owner)?));
        self.counters.verified(&verified);
        if let Err(rejected) = &verified {
            tracing::info!(outcome = rejected.reason(), "raw data refused");
        }
        Ok(verified?)
    }

    /// Signs `message` for WeChat with the key in `blob`.
    pub(crate) fn sign(
        &self,
        owner: &Owner,
        blob: &[u8],
        message: &str,
    ) -> Result<String, CryptoError> {
        let signed = self.parts.vault.unseal(blob, owner);
        self.counters.signed(&signed);
        if let Err(rejected) = &signed {
            tracing::info!(outcome = rejected.reason(), "nothing signed");
        }
        Ok(signed?.sign(message))
    }
}
