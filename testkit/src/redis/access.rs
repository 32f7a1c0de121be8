//! Whom a Redis lets in, and how.
use std::sync::Arc;

use deadpool_redis::redis::{Client, RedisResult};
use reqwest::Url;

use super::RedisTls;

/// The client's password, with characters that an address gives a meaning.
const PASSWORD: &str = "p@ss:w/or?d#1&=+";
/// The password of the tests themselves, where the client has but few rights.
const OWNER_PASSWORD: &str = "0wner+of/the?redis";
/// The password of Sentinels that ask for one: not that of the servers they watch.
const SENTINEL_PASSWORD: &str = "s3ntinel@p:w";
/// The client's name, where it has one.
const USER: &str = "wxgate";
/// All that wxgate may do. `EVAL` needs what its script does besides: `GET`, `SET`, `DEL`. `ROLE` tells
/// a master from what was one. `INFO` shows the eviction policy, for which `CONFIG GET` would show
/// passwords as well. `SCAN` is for people who look at the records, `CLUSTER` and `ASKING` for a Cluster.
const LEAST: &str = "resetkeys ~wxg:* resetchannels -@all +get +mget +set +del +eval +scan +ping +select +role +info +asking +cluster|slots +cluster|shards +cluster|nodes";

/// Whom a Redis lets in, and how; the same for all nodes of a Sentinel or Cluster.
#[derive(Clone, Default)]
pub struct RedisAccess {
    login: Login,
    guards_sentinels: bool,
    tls: Option<Tls>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Login {
    #[default]
    Open,
    Password(&'static str),
    Least,
}

#[derive(Clone)]
struct Tls {
    files: Arc<RedisTls>,
    asks_for_certificates: bool,
}

impl RedisAccess {
    /// Anybody, in the clear.
    #[must_use]
    pub fn open() -> Self {
        Self::default()
    }

    /// Whoever knows the password.
    #[must_use]
    pub fn password() -> Self {
        Self {
            login: Login::Password(PASSWORD),
            ..Self::default()
        }
    }

    /// A user who has a password, and the least rights with which wxgate works.
    #[must_use]
    pub fn least_rights() -> Self {
        Self {
            login: Login::Least,
            ..Self::default()
        }
    }

    /// Sentinels want a password as well: another one.
    #[must_use]
    pub fn guarding_sentinels(mut self) -> Self {
        self.guards_sentinels = true;
        self
    }

    /// TLS alone, on every port; clients need no certificate, and may show one.
    #[must_use]
    pub fn with_tls(self) -> Self {
        self.tls(false)
    }

    /// TLS alone, on every port, for clients with a certificate of our authority.
    #[must_use]
    pub fn with_client_certificates(self) -> Self {
        self.tls(true)
    }

    /// The certificates, where there is TLS.
    #[must_use]
    pub fn certificates(&self) -> Option<&RedisTls> {
        self.tls.as_ref().map(|tls| &*tls.files)
    }

    /// The address of a server at `port` for a client such as wxgate, password included.
    #[must_use]
    pub fn url(&self, port: u16) -> String {
        self.address(port, self.user().unwrap_or_default(), self.secret())
    }

    /// The name of a client such as wxgate, where it needs one.
    #[must_use]
    pub fn user(&self) -> Option<&'static str> {
        (self.login == Login::Least).then_some(USER)
    }

    /// The password of a client such as wxgate, where it needs one.
    #[must_use]
    pub fn secret(&self) -> Option<&'static str> {
        match self.login {
            Login::Open => None,
            Login::Password(password) => Some(password),
            Login::Least => Some(PASSWORD),
        }
    }

    /// The password that Sentinels want, where they want one.
    #[must_use]
    pub fn secret_of_sentinels(&self) -> Option<&'static str> {
        self.of_sentinels().secret()
    }

    /// What the Sentinels of servers with this access ask for.
    pub(super) fn of_sentinels(&self) -> Self {
        let login = if self.guards_sentinels {
            Login::Password(SENTINEL_PASSWORD)
        } else {
            Login::Open
        };
        Self {
            login,
            ..self.clone()
        }
    }

    /// A client with all rights: the test's own.
    pub(super) fn owner(&self, port: u16) -> RedisResult<Client> {
        let url = self.address(port, "", self.owner_password());
        match self.certificates() {
            None => Client::open(url),
            Some(files) => Client::build_with_tls(url, files.of_clients()),
        }
    }

    /// The password of whoever has all rights, as the nodes have among each other.
    pub(super) fn owner_password(&self) -> Option<&'static str> {
        match self.login {
            Login::Open => None,
            Login::Password(password) => Some(password),
            Login::Least => Some(OWNER_PASSWORD),
        }
    }

    /// The lines of `redis.conf` that say who may come in.
    pub(super) fn lines(&self, port: u16) -> Vec<String> {
        let mut lines = self.port(port);
        if let Some(password) = self.owner_password() {
            lines.push(format!("requirepass \"{password}\""));
        }
        if self.login == Login::Least {
            lines.push(format!("user {USER} on \">{PASSWORD}\" {LEAST}"));
        }
        lines
    }

    fn port(&self, port: u16) -> Vec<String> {
        let Some(tls) = &self.tls else {
            return vec![format!("port {port}")];
        };
        let asks = if tls.asks_for_certificates {
            "yes"
        } else {
            "optional"
        };
        let mut lines = vec!["port 0".to_owned(), format!("tls-port {port}")];
        lines.extend(tls.files.lines());
        lines.push(format!("tls-auth-clients {asks}"));
        lines.push("tls-replication yes".to_owned());
        lines
    }

    fn tls(mut self, asks_for_certificates: bool) -> Self {
        self.tls = Some(Tls {
            files: Arc::new(RedisTls::new()),
            asks_for_certificates,
        });
        self
    }

    fn address(&self, port: u16, user: &str, password: Option<&str>) -> String {
        let scheme = if self.tls.is_some() {
            "rediss"
        } else {
            "redis"
        };
        let mut url = Url::parse(&format!("{scheme}://127.0.0.1:{port}/")).unwrap();
        url.set_username(user).unwrap();
        url.set_password(password).unwrap();
        url.to_string()
    }
}
