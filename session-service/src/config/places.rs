//! Where things are: listeners, stores, keys, WeChat and its apps.
use std::{path::PathBuf, time::Duration};

use secrecy::SecretString;
use serde::Deserialize;
use service_kit::{KeyRing, Listen, secret};
use url::Url;

/// `[session_service]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceSettings {
    /// gRPC.
    pub grpc: Listen,
    /// Probes and metrics.
    pub admin: Listen,
    /// Where crypto-service is.
    pub crypto_service: String,
}

impl Default for ServiceSettings {
    fn default() -> Self {
        Self {
            grpc: Listen::loopback(50051),
            admin: Listen::loopback(9051),
            crypto_service: "http://127.0.0.1:50052".to_owned(),
        }
    }
}

/// `[keys]`: each given in place or by a file, in the form that `wxgate keygen` writes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeySettings {
    /// The keys that sign tokens, the active one first.
    pub token_keys: Option<SecretString>,
    /// The file that holds them.
    pub token_keys_file: Option<PathBuf>,
    /// The key that names users and seals records. It must never change.
    pub index_key: Option<SecretString>,
    /// The file that holds it.
    pub index_key_file: Option<PathBuf>,
}

impl KeySettings {
    pub(super) fn tokens(&self) -> anyhow::Result<KeyRing> {
        ring(
            "keys.token_keys",
            self.token_keys.as_ref(),
            self.token_keys_file.as_ref(),
        )
    }

    pub(super) fn index(&self) -> anyhow::Result<KeyRing> {
        let ring = ring(
            "keys.index_key",
            self.index_key.as_ref(),
            self.index_key_file.as_ref(),
        )?;
        anyhow::ensure!(
            ring.len() == 1,
            "keys.index_key holds one key, and never another"
        );
        Ok(ring)
    }
}

fn ring(
    name: &'static str,
    value: Option<&SecretString>,
    file: Option<&PathBuf>,
) -> anyhow::Result<KeyRing> {
    use anyhow::Context;
    use secrecy::ExposeSecret;
    let text = secret::load(name, value, file.map(PathBuf::as_path))?;
    KeyRing::parse(text.expose_secret()).context(name)
}

/// `[wechat]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WechatSettings {
    /// Where WeChat's server API is.
    pub base_url: Url,
    /// The longest wait for a connection.
    #[serde(with = "humantime_serde")]
    pub connect_timeout: Duration,
    /// The longest wait for an answer.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
    /// A proxy for the way there.
    pub proxy: Option<wx_client::Proxy>,
    /// Whether, and how, WeChat is asked whether it made a phone number that came encrypted.
    pub check_encrypted_data: CheckBy,
}

/// What WeChat is shown of encrypted data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckBy {
    /// Nothing: it is not asked.
    #[default]
    Off,
    /// The hash of the base64 text.
    Text,
    /// The hash of the bytes that the text stands for.
    Bytes,
}

impl Default for WechatSettings {
    fn default() -> Self {
        let wx_client::Settings {
            base_url,
            connect_timeout,
            timeout,
            proxy,
            ..
        } = wx_client::Settings::default();
        Self {
            base_url,
            connect_timeout,
            timeout,
            proxy,
            check_encrypted_data: CheckBy::default(),
        }
    }
}

/// One of `[[apps]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppSettings {
    /// The mini-program's id.
    pub appid: String,
    /// Its `AppSecret`.
    pub secret: Option<SecretString>,
    /// The file that holds it.
    pub secret_file: Option<PathBuf>,
}

impl AppSettings {
    /// The app, once its secret is read.
    ///
    /// # Errors
    /// When the secret is missing, or its file cannot be read, or the appid is none: the two may be exchanged.
    pub fn app(&self) -> anyhow::Result<wx_client::App> {
        // It is public and will be logged; what may be a secret is not named here.
        anyhow::ensure!(
            self.appid.starts_with("wx"),
            "apps.appid must begin with wx"
        );
        let secret = secret::load(
            "apps.secret",
            self.secret.as_ref(),
            self.secret_file.as_deref(),
        )?;
        Ok(wx_client::App {
            appid: self.appid.clone(),
            secret,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_appid_that_may_be_a_secret_is_refused_and_not_told() {
        let exchanged = AppSettings {
            appid: "5ec2e7".to_owned(),
            secret: Some("wx0123456789abcdef".into()),
            secret_file: None,
        };
        let told = format!("{:#}", exchanged.app().unwrap_err());
        assert!(
            told.contains("apps.appid") && !told.contains("5ec2e7"),
            "{told}"
        );
    }
}
