//! `[redis]`: where sessions are kept.
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;
use secrecy::SecretString;
use serde::Deserialize;
use service_kit::secret;

use crate::store::{RedisSettings, RedisTls, Sentinels, Topology};

/// What the hosts of `[redis] url` are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RedisTopology {
    /// One server.
    #[default]
    Standalone,
    /// Sentinels.
    Sentinel,
    /// Some nodes of a Cluster.
    Cluster,
}

/// `[redis]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RedisConfig {
    /// What the hosts of `url` are.
    pub topology: RedisTopology,
    /// `redis://[user[:password]@]host[:port][,host[:port]…][/db]`, or `rediss://` for TLS.
    pub url: Option<SecretString>,
    /// The file that holds it.
    pub url_file: Option<PathBuf>,
    /// The file that holds the password, where the address has none.
    pub password_file: Option<PathBuf>,
    /// The name that sentinels know the master by.
    pub master: Option<String>,
    /// The user that sentinels know us by, if not the default one.
    pub sentinel_username: Option<String>,
    /// The sentinels' password.
    pub sentinel_password: Option<SecretString>,
    /// The file that holds it.
    pub sentinel_password_file: Option<PathBuf>,
    /// Certificates of authorities for `rediss://`, in PEM; left out, those of this machine.
    pub ca_file: Option<PathBuf>,
    /// Our certificate, in PEM, where the server asks for one.
    pub cert_file: Option<PathBuf>,
    /// Its key.
    pub key_file: Option<PathBuf>,
    /// The longest wait for one answer: connecting and asking again included.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
    /// Connections at most, to each server.
    pub connections: usize,
    /// Start even where Redis may throw away records when it is full.
    pub allow_eviction: bool,
}

impl Default for RedisConfig {
    fn default() -> Self {
        Self {
            topology: RedisTopology::default(),
            url: None,
            url_file: None,
            password_file: None,
            master: None,
            sentinel_username: None,
            sentinel_password: None,
            sentinel_password_file: None,
            ca_file: None,
            cert_file: None,
            key_file: None,
            timeout: Duration::from_millis(500),
            connections: 32,
            allow_eviction: false,
        }
    }
}

impl RedisConfig {
    /// A server at `url`, everything else by default.
    #[must_use]
    pub fn at(url: &str) -> Self {
        Self {
            url: Some(url.into()),
            ..Self::default()
        }
    }

    /// What the store needs to know.
    ///
    /// # Errors
    /// When settings contradict each other, or a file cannot be read.
    pub fn settings(&self) -> anyhow::Result<RedisSettings> {
        anyhow::ensure!(!self.timeout.is_zero(), "redis.timeout must be more than 0");
        anyhow::ensure!(self.connections > 0, "redis.connections must be at least 1");
        Ok(RedisSettings {
            topology: self.topology()?,
            url: secret::load("redis.url", self.url.as_ref(), self.url_file.as_deref())?,
            password: from_file("redis.password", self.password_file.as_deref())?,
            tls: self.tls()?,
            timeout: self.timeout,
            connections: self.connections,
        })
    }

    fn topology(&self) -> anyhow::Result<Topology> {
        let for_sentinels = self.master.is_some()
            || self.sentinel_username.is_some()
            || self.sentinel_password.is_some()
            || self.sentinel_password_file.is_some();
        anyhow::ensure!(
            self.topology == RedisTopology::Sentinel || !for_sentinels,
            "redis.master and redis.sentinel_... are for topology = \"sentinel\""
        );
        match self.topology {
            RedisTopology::Standalone => Ok(Topology::Standalone),
            RedisTopology::Cluster => Ok(Topology::Cluster),
            RedisTopology::Sentinel => Ok(Topology::Sentinel(self.sentinels()?)),
        }
    }

    fn sentinels(&self) -> anyhow::Result<Sentinels> {
        let password = match &self.sentinel_password {
            None => from_file(
                "redis.sentinel_password",
                self.sentinel_password_file.as_deref(),
            )?,
            given => {
                let file = self.sentinel_password_file.as_deref();
                Some(secret::load(
                    "redis.sentinel_password",
                    given.as_ref(),
                    file,
                )?)
            }
        };
        Ok(Sentinels {
            master: self
                .master
                .clone()
                .context("redis.master is the name that the sentinels know the master by")?,
            username: self.sentinel_username.clone(),
            password,
        })
    }

    fn tls(&self) -> anyhow::Result<RedisTls> {
        let identity = match (&self.cert_file, &self.key_file) {
            (None, None) => None,
            (Some(certificate), Some(key)) => Some((pem(certificate)?, pem(key)?)),
            _ => anyhow::bail!("redis.cert_file and redis.key_file go together"),
        };
        Ok(RedisTls {
            ca: self.ca_file.as_deref().map(pem).transpose()?,
            identity,
        })
    }
}

fn pem(file: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("reading {}", file.display()))
}

fn from_file(name: &'static str, file: Option<&Path>) -> anyhow::Result<Option<SecretString>> {
    let read = |file| secret::load(name, None, Some(file));
    Ok(file.map(read).transpose()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(config: &RedisConfig) -> String {
        config.settings().unwrap_err().to_string()
    }

    #[test]
    fn one_key_says_what_the_hosts_are() {
        let config = RedisConfig {
            topology: RedisTopology::Sentinel,
            master: Some("wxgate".to_owned()),
            ..RedisConfig::at("redis://a:26379,b:26379")
        };
        let Topology::Sentinel(sentinels) = config.settings().unwrap().topology else {
            panic!("the hosts are sentinels");
        };
        assert_eq!(sentinels.master, "wxgate");
    }

    #[test]
    fn settings_that_mean_nothing_are_refused() {
        let at = || RedisConfig::at("redis://a");
        let lonely = RedisConfig {
            master: Some("wxgate".to_owned()),
            ..at()
        };
        assert!(refused(&lonely).contains("redis.master"));
        let nameless = RedisConfig {
            topology: RedisTopology::Sentinel,
            ..at()
        };
        assert!(refused(&nameless).contains("redis.master"));
        let half = RedisConfig {
            cert_file: Some("x".into()),
            ..at()
        };
        assert!(refused(&half).contains("go together"));
        let idle = RedisConfig {
            connections: 0,
            ..at()
        };
        assert!(refused(&idle).contains("connections"));
    }
}
