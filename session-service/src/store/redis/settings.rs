//! Where Redis is, and how long it may take.
use std::{fmt, time::Duration};

use secrecy::SecretString;

/// What the hosts of the address are.
#[derive(Clone, Debug, Default)]
pub enum Topology {
    /// One server.
    #[default]
    Standalone,
    /// Sentinels, who know which server is the master.
    Sentinel(Sentinels),
    /// Some nodes of a Cluster, who know the others.
    Cluster,
}

/// How sentinels are asked.
#[derive(Clone, Debug)]
pub struct Sentinels {
    /// The name they know the master by.
    pub master: String,
    /// The user they know us by, if not the default one.
    pub username: Option<String>,
    /// Their password, which is not the servers'.
    pub password: Option<SecretString>,
}

/// What stands for us, and for whom we trust, where the address begins with `rediss:`.
#[derive(Clone, Default)]
pub struct RedisTls {
    /// Certificates of authorities, in PEM. None: those of this machine.
    pub ca: Option<Vec<u8>>,
    /// Our certificate and its key, in PEM, where the server asks for one.
    pub identity: Option<(Vec<u8>, Vec<u8>)>,
}

/// Shows no key.
impl fmt::Debug for RedisTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisTls")
            .field("ca", &self.ca.is_some())
            .field("identity", &self.identity.is_some())
            .finish()
    }
}

/// Where Redis is, and how long it may take.
#[derive(Clone, Debug)]
pub struct RedisSettings {
    /// What the hosts of `url` are.
    pub topology: Topology,
    /// `redis://[user[:password]@]host[:port][,host[:port]…][/db]`, or `rediss://` for TLS.
    pub url: SecretString,
    /// The servers' password, where `url` has none.
    pub password: Option<SecretString>,
    /// Certificates, for `rediss://`.
    pub tls: RedisTls,
    /// The longest wait for one answer: connecting, finding the right server and asking again included.
    pub timeout: Duration,
    /// Connections at most, to each server.
    pub connections: usize,
}

impl RedisSettings {
    /// One server at `url`.
    #[must_use]
    pub fn at(url: &str) -> Self {
        Self {
            topology: Topology::Standalone,
            url: url.into(),
            password: None,
            tls: RedisTls::default(),
            timeout: Duration::from_millis(500),
            connections: 32,
        }
    }
}
