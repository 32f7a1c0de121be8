//! The settings of this process.
use std::{path::PathBuf, time::Duration};

use anyhow::Context;
use secrecy::SecretString;
use serde::Deserialize;
use service_kit::{GrpcBind, Host, Listen, Process};

use crate::{
    domain::Vault,
    keys, server,
    server::Sockets,
    service::{Parts, SessionKeys},
};

/// What `wxgate.toml` says about this process.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Where it listens.
    pub crypto_service: CryptoService,
    /// Its keys and rules.
    pub crypto: Crypto,
    /// How it logs and traces.
    pub telemetry: telemetry::Config,
}

/// `[crypto_service]`: where it listens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CryptoService {
    /// gRPC, for session-service alone.
    pub grpc: Listen,
    /// `/livez`, `/readyz`, `/metrics`.
    pub admin: Listen,
}

impl Default for CryptoService {
    fn default() -> Self {
        Self {
            grpc: Listen::loopback(50052),
            admin: Listen::loopback(9052),
        }
    }
}

/// `[crypto]`: its keys and rules.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Crypto {
    /// The master keys, one a line (or separated by commas): `<number> <base64 of 32 bytes>`. The
    /// first seals; the others still open what they sealed.
    pub master_keys: Option<SecretString>,
    /// The file that holds the master keys. Exactly one of the two must be set.
    pub master_keys_file: Option<PathBuf>,
    /// The oldest watermark that is accepted.
    #[serde(with = "humantime_serde")]
    pub watermark_max_age: Duration,
}

impl Default for Crypto {
    fn default() -> Self {
        Self {
            master_keys: None,
            master_keys_file: None,
            watermark_max_age: Duration::from_mins(5),
        }
    }
}

impl Config {
    /// Opens the sockets, so that their ports are known before anything is served.
    ///
    /// # Errors
    /// When an address is taken, or is not loopback and plaintext was not asked for.
    pub async fn bind(&self) -> anyhow::Result<Sockets> {
        let grpc = self.crypto_service.grpc.bind().await;
        let admin = self.crypto_service.admin.bind().await;
        Ok(Sockets {
            grpc: GrpcBind::Tcp(grpc.context("crypto_service.grpc")?),
            admin: admin.context("crypto_service.admin")?,
        })
    }

    /// Loads the master keys and serves on `sockets`, in tasks of `host`.
    ///
    /// # Errors
    /// When the master keys are missing, malformed or known to be weak, or no data would be young enough.
    #[expect(
        clippy::unused_async,
        reason = "every service starts alike, and others await their stores"
    )]
    pub async fn start_on(self, sockets: Sockets, host: Host) -> anyhow::Result<()> {
        anyhow::ensure!(
            !self.crypto.watermark_max_age.is_zero(),
            "crypto.watermark_max_age must be more than 0"
        );
        let ring = keys::load(
            self.crypto.master_keys.as_ref(),
            self.crypto.master_keys_file.as_deref(),
        )?;
        let parts = Parts {
            vault: Vault::new(&ring),
            clock: host.clock.clone(),
            watermark_max_age: self.crypto.watermark_max_age,
        };
        server::serve(SessionKeys::new(parts, &host.metrics), sockets, &host);
        Ok(())
    }
}

impl Process for Config {
    const NAME: &'static str = "crypto-service";

    fn telemetry(&self) -> &telemetry::Config {
        &self.telemetry
    }

    fn admin(&self) -> &Listen {
        &self.crypto_service.admin
    }

    async fn start(self, host: Host) -> anyhow::Result<()> {
        let sockets = self.bind().await?;
        self.start_on(sockets, host).await
    }
}
