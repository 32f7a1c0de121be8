//! Addresses: of one host, and of all that the settings name.
use std::{fmt, str::FromStr};

use deadpool_redis::redis::{
    Client, ClientTlsConfig, ConnectionAddr, ConnectionInfo, IntoConnectionInfo,
    RedisConnectionInfo, RedisResult, TlsCertificates,
};
use secrecy::{ExposeSecret, SecretString};

use super::settings::RedisTls;

/// What is wrong with the address. It never quotes it: there may be a password in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedisAddressError {
    /// It is no address of Redis.
    #[error(
        "the address is not redis://[user:password@]host:port[,host:port][/db], or rediss:// for TLS"
    )]
    Malformed,
    /// One server is one host.
    #[error("several hosts are for topology \"sentinel\" or \"cluster\"")]
    SeveralHosts,
    /// Cluster has one database.
    #[error("a Cluster has no database but 0")]
    Database,
    /// There are two passwords, and nobody can say which one is meant.
    #[error("the address has a password, and another one is given beside it")]
    TwoPasswords,
    /// Certificates are of no use without TLS.
    #[error("certificates are for rediss://")]
    NoTls,
    /// A certificate or key is malformed.
    #[error("a certificate or its key is not PEM")]
    Certificate,
}

/// A host and its port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Host {
    pub(super) name: String,
    pub(super) port: u16,
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.port)
    }
}

/// Reads `host:port` as Redis itself writes it: an IPv6 address without brackets, too.
impl FromStr for Host {
    type Err = RedisAddressError;

    fn from_str(text: &str) -> Result<Self, RedisAddressError> {
        let (name, port) = text.rsplit_once(':').ok_or(RedisAddressError::Malformed)?;
        let port = port.parse().map_err(|_| RedisAddressError::Malformed)?;
        let name = name.trim_start_matches('[').trim_end_matches(']');
        Ok(Self {
            name: name.to_owned(),
            port,
        })
    }
}

/// Everything a connection needs but the host.
#[derive(Clone)]
pub(super) struct Dialer {
    login: RedisConnectionInfo,
    tls: Option<TlsCertificates>,
}

impl Dialer {
    /// A client of the server at `host`; connects to nobody yet.
    pub(super) fn client(&self, host: &Host) -> RedisResult<Client> {
        let (name, port) = (host.name.clone(), host.port);
        let address = match self.tls {
            None => ConnectionAddr::Tcp(name, port),
            Some(_) => ConnectionAddr::TcpTls {
                host: name,
                port,
                insecure: false,
                tls_params: None,
            },
        };
        let info = address.into_connection_info()?;
        let info = info.set_redis_settings(self.login.clone());
        match &self.tls {
            None => Client::open(info),
            Some(certificates) => Client::build_with_tls(info, certificates.clone()),
        }
    }

    /// Whether connections are encrypted.
    pub(super) const fn has_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// The same, for somebody who knows us by another name.
    pub(super) fn as_user(&self, username: Option<&str>, password: Option<&SecretString>) -> Self {
        let mut login = RedisConnectionInfo::default().set_skip_set_lib_name();
        if let Some(username) = username {
            login = login.set_username(username);
        }
        if let Some(password) = password {
            login = login.set_password(password.expose_secret());
        }
        Self {
            login,
            tls: self.tls.clone(),
        }
    }
}

/// What an address says.
pub(super) struct Address {
    pub(super) hosts: Vec<Host>,
    pub(super) dialer: Dialer,
}

impl Address {
    pub(super) fn parse(
        url: &SecretString,
        password: Option<&SecretString>,
        tls: &RedisTls,
    ) -> Result<Self, RedisAddressError> {
        const MALFORMED: RedisAddressError = RedisAddressError::Malformed;
        let (scheme, rest) = url.expose_secret().split_once("://").ok_or(MALFORMED)?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
        let at = if user.is_empty() { "" } else { "@" };
        let infos = hosts.split(',').map(|host| {
            let one = format!("{scheme}://{user}{at}{host}/{path}");
            one.into_connection_info().map_err(|_| MALFORMED)
        });
        let infos: Vec<ConnectionInfo> = infos.collect::<Result<_, _>>()?;
        let first = infos.first().ok_or(MALFORMED)?.redis_settings();
        let hosts = infos.iter().map(|info| host(info.addr()));
        let dialer = Dialer {
            login: login(first, password)?,
            tls: certificates(scheme, tls)?,
        };
        let address = Self {
            hosts: hosts.collect::<Result<_, _>>()?,
            dialer,
        };
        // What is malformed in a certificate shows when a client is made of it.
        let probe = address.hosts.first().ok_or(MALFORMED)?;
        let made = address.dialer.client(probe);
        made.map_err(|_| RedisAddressError::Certificate)?;
        Ok(address)
    }

    /// The database that is meant.
    pub(super) fn database(&self) -> i64 {
        self.dialer.login.db()
    }
}

fn host(address: &ConnectionAddr) -> Result<Host, RedisAddressError> {
    match address {
        ConnectionAddr::Tcp(name, port)
        | ConnectionAddr::TcpTls {
            host: name, port, ..
        } => Ok(Host {
            name: name.clone(),
            port: *port,
        }),
        _ => Err(RedisAddressError::Malformed),
    }
}

/// `CLIENT SETINFO` is left out: Redis before 7.2 does not know it, and an ACL may refuse it.
fn login(
    found: &RedisConnectionInfo,
    password: Option<&SecretString>,
) -> Result<RedisConnectionInfo, RedisAddressError> {
    let login = found.clone().set_skip_set_lib_name();
    match password {
        Some(_) if found.password().is_some() => Err(RedisAddressError::TwoPasswords),
        Some(password) => Ok(login.set_password(password.expose_secret())),
        None => Ok(login),
    }
}

fn certificates(
    scheme: &str,
    tls: &RedisTls,
) -> Result<Option<TlsCertificates>, RedisAddressError> {
    let RedisTls { ca, identity } = tls.clone();
    let given = ca.is_some() || identity.is_some();
    let client_tls = identity.map(|(client_cert, client_key)| ClientTlsConfig {
        client_cert,
        client_key,
    });
    match scheme {
        "rediss" => Ok(Some(TlsCertificates {
            client_tls,
            root_cert: ca,
        })),
        "redis" if given => Err(RedisAddressError::NoTls),
        "redis" => Ok(None),
        _ => Err(RedisAddressError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Address, RedisAddressError> {
        Address::parse(&url.into(), None, &RedisTls::default())
    }

    fn hosts(url: &str) -> Vec<String> {
        let address = parse(url).unwrap();
        address.hosts.iter().map(Host::to_string).collect()
    }

    #[test]
    fn an_address_may_name_several_hosts() {
        assert_eq!(hosts("redis://a:1,b:2,c"), ["a:1", "b:2", "c:6379"]);
        assert_eq!(hosts("redis://u:p%40@[::1]:7/3"), ["::1:7"]);
        let address = parse("redis://u:p%40@a:1,b:2/3").unwrap();
        assert_eq!(address.database(), 3);
        assert_eq!(address.dialer.login.password(), Some("p@"));
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_quoted() {
        for bad in [
            "",
            "a:1",
            "http://a",
            "redis://",
            "redis://a:x",
            "unix:///a",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        let both = Address::parse(
            &"redis://:hunter2@a".into(),
            Some(&"other".into()),
            &RedisTls::default(),
        );
        assert_eq!(both.err(), Some(RedisAddressError::TwoPasswords));
    }

    #[test]
    fn certificates_without_tls_are_a_mistake() {
        let tls = RedisTls {
            ca: Some(b"no certificate".to_vec()),
            identity: None,
        };
        let at = |url: &str| Address::parse(&url.into(), None, &tls).err();
        assert_eq!(at("redis://a"), Some(RedisAddressError::NoTls));
        let identity = Some((b"x".to_vec(), b"y".to_vec()));
        let bad = RedisTls { ca: None, identity };
        let refused = Address::parse(&"rediss://a".into(), None, &bad).err();
        assert_eq!(refused, Some(RedisAddressError::Certificate));
    }

    #[test]
    fn a_host_is_read_as_redis_writes_it() {
        let read = |text: &str| text.parse::<Host>().map(|host| host.to_string());
        assert_eq!(read("10.0.0.1:6379").unwrap(), "10.0.0.1:6379");
        assert_eq!(read("fe80::1:6379").unwrap(), "fe80::1:6379");
        assert!(read("10.0.0.1").is_err());
    }
}
