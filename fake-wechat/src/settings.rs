//! What a fake is started with.

use std::{str::FromStr, time::Duration};

use secrecy::SecretString;
use serde::Deserialize;

/// The appid of the invented app.
pub const DEFAULT_APPID: &str = "wxfa4e0fa4e0fa4e01";
/// The `AppSecret` of the invented app: public, and worth nothing anywhere else.
pub const DEFAULT_SECRET: &str = "0fa4e0fa4e0fa4e0fa4e0fa4e0fa4e00";

/// A mini-program that this fake knows.
#[derive(Clone, Debug)]
pub struct FakeApp {
    /// Its appid.
    pub appid: String,
    /// Its `AppSecret`.
    pub secret: SecretString,
}

impl Default for FakeApp {
    fn default() -> Self {
        Self {
            appid: DEFAULT_APPID.to_owned(),
            secret: DEFAULT_SECRET.into(),
        }
    }
}

/// The text is not `appid:secret`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an app is written appid:secret")]
pub struct MalformedApp;

impl FromStr for FakeApp {
    type Err = MalformedApp;

    fn from_str(text: &str) -> Result<Self, MalformedApp> {
        match text.split_once(':') {
            Some((appid, secret)) if !appid.is_empty() && !secret.is_empty() => Ok(Self {
                appid: appid.to_owned(),
                secret: secret.into(),
            }),
            _ => Err(MalformedApp),
        }
    }
}

/// Over what the SHA-256 is made that checkencryptedmsg takes. WeChat's page does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageHash {
    /// The base64 text of `encryptedData`.
    #[default]
    Text,
    /// The bytes that the text stands for.
    Bytes,
}

/// What a fake is started with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The apps it knows; the first is meant where an appid is left out. Empty means the invented one.
    pub apps: Vec<FakeApp>,
    /// A `session_key` younger than this survives a new login code. Zero: every login code rotates it.
    pub key_rotation_min: Duration,
    /// How many exchanges one user may have within a calendar minute.
    pub calls_per_minute: u32,
    /// How long a `session_key` lives; WeChat keeps that to itself. None: until it is replaced.
    pub key_life: Option<Duration>,
    /// Over what checkencryptedmsg's hash is made.
    pub message_hash: MessageHash,
    /// How often one user's `session_key` may be reset within a calendar minute.
    pub resets_per_minute: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            apps: vec![FakeApp::default()],
            key_rotation_min: Duration::ZERO,
            calls_per_minute: 100,
            key_life: None,
            message_hash: MessageHash::Text,
            resets_per_minute: 10,
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn an_app_is_read_from_appid_colon_secret() {
        let app: FakeApp = "wx1:s:2".parse().unwrap();
        assert_eq!(
            (app.appid.as_str(), app.secret.expose_secret()),
            ("wx1", "s:2")
        );
    }

    #[test]
    fn an_app_without_appid_or_secret_is_refused() {
        for text in ["", "wx1", "wx1:", ":s"] {
            assert_eq!(
                text.parse::<FakeApp>().unwrap_err(),
                MalformedApp,
                "{text:?}"
            );
        }
    }

    #[test]
    fn settings_do_not_print_their_secrets() {
        assert!(!format!("{:?}", Settings::default()).contains(DEFAULT_SECRET));
    }
}
