//! The program's file: TOML, or JSON where its name ends with `.json`.

use std::{
    collections::HashMap,
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::SecretString;
use serde::Deserialize;

use crate::{FakeApp, FakeWechat, Limit, MessageHash, Settings};

/// All of it may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    apps: Vec<App>,
    #[serde(default, with = "humantime_serde")]
    key_rotation_min: Option<Duration>,
    #[serde(default, with = "humantime_serde")]
    key_life: Option<Duration>,
    calls_per_minute: Option<u32>,
    resets_per_minute: Option<u32>,
    message_hash: Option<MessageHash>,
    #[serde(default)]
    limits: HashMap<String, Limit>,
}

/// An app, and what its owner has set in WeChat's console.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct App {
    appid: String,
    secret: Option<SecretString>,
    /// Read once, at the start.
    secret_file: Option<PathBuf>,
    bound: Option<bool>,
    frozen: Option<bool>,
    allowed_ips: Option<Vec<IpAddr>>,
}

/// Why a file cannot be used. Its text is not shown: secrets are in it.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It holds something else.
    #[error("{path}: {reason}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// An app has no secret, or two.
    #[error("app {0} needs a secret or a secret_file, and not both")]
    Secret(String),
}

impl File {
    pub(super) fn read(path: &Path) -> Result<Self, FileError> {
        let text = text_of(path)?;
        let parsed = if path.extension().is_some_and(|end| end == "json") {
            serde_json::from_str(&text).map_err(|error| error.to_string())
        } else {
            toml::from_str(&text).map_err(|error| error.message().to_owned())
        };
        parsed.map_err(|reason| FileError::Content {
            path: path.to_owned(),
            reason,
        })
    }

    /// The settings that the file stands for.
    pub(super) fn settings(&self) -> Result<Settings, FileError> {
        let usual = Settings::default();
        let apps = self.apps.iter().map(App::read);
        Ok(Settings {
            apps: apps.collect::<Result<_, _>>()?,
            key_rotation_min: self.key_rotation_min.unwrap_or(usual.key_rotation_min),
            calls_per_minute: self.calls_per_minute.unwrap_or(usual.calls_per_minute),
            key_life: self.key_life,
            message_hash: self.message_hash.unwrap_or_default(),
            resets_per_minute: self.resets_per_minute.unwrap_or(usual.resets_per_minute),
        })
    }

    /// Sets what an owner would have set by hand.
    pub(super) fn furnish(self, fake: &FakeWechat) {
        let mut world = fake.world();
        for (path, limit) in self.limits {
            world.quotas.set(&path, limit);
        }
        for app in self.apps {
            let manners = world.apps.get_mut(&app.appid);
            manners.bound = app.bound.unwrap_or(manners.bound);
            manners.frozen = app.frozen.unwrap_or(manners.frozen);
            manners.allowed = app.allowed_ips;
        }
    }
}

impl App {
    fn read(&self) -> Result<FakeApp, FileError> {
        let secret = match (&self.secret, &self.secret_file) {
            (Some(secret), None) => secret.clone(),
            (None, Some(path)) => text_of(path)?.trim().into(),
            _ => return Err(FileError::Secret(self.appid.clone())),
        };
        Ok(FakeApp {
            appid: self.appid.clone(),
            secret,
        })
    }
}

fn text_of(path: &Path) -> Result<String, FileError> {
    fs::read_to_string(path).map_err(|source| FileError::Read {
        path: path.to_owned(),
        source,
    })
}
