//! A Redis that is there, and is not what the settings say.
use std::error::Error;

use deadpool_redis::redis::{ErrorKind, RedisError};

/// What is wrong with the settings, or with Redis, and what to do. Waiting does not help. It quotes no
/// address and nothing that Redis says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedisMistake {
    /// `AUTH` was refused. redis-rs does not say how: with too many clients, that is all they hear.
    #[error(
        "the server refuses the user or the password: correct redis.url or redis.password_file, unless \
         it has as many clients as it takes"
    )]
    WrongPassword,
    /// There was no `AUTH`.
    #[error(
        "the server wants a password, and none is given: put it into redis.url or redis.password_file"
    )]
    NoPassword,
    /// The user's ACL is too narrow.
    #[error(
        "the user may not do what is needed: give it the rights over wxg:* that docs/OPERATIONS.md lists"
    )]
    NoRights,
    /// `SELECT` was refused.
    #[error("the server has no database of this number: correct the one at the end of redis.url")]
    NoSuchDatabase,
    /// A node of a Cluster where a server was meant.
    #[error("the server is a node of a Cluster: set redis.topology = \"cluster\"")]
    IsCluster,
    /// A server where nodes of a Cluster were meant.
    #[error("redis.url names no node of a Cluster: correct it, or redis.topology")]
    IsNoCluster,
    /// A sentinel where a server was meant.
    #[error("the server is a sentinel: set redis.topology = \"sentinel\" and redis.master")]
    IsSentinel,
    /// A server where sentinels were meant.
    #[error("redis.url names no sentinel: correct it, or redis.topology")]
    IsNoSentinel,
    /// The sentinels watch no such master.
    #[error("the sentinels know no master of this name: correct redis.master")]
    UnknownMaster,
    /// Sentinels have passwords of their own.
    #[error(
        "the sentinels refuse the user or the password: correct redis.sentinel_username and \
         redis.sentinel_password"
    )]
    SentinelPassword,
    /// `rediss://` where there is no TLS.
    #[error("the port speaks no TLS: it is redis:// in redis.url, or another port")]
    NoTls,
    /// `redis://` where there is nothing but TLS.
    #[error("the port speaks TLS: it is rediss:// in redis.url, or another port")]
    WantsTls,
    /// The server's certificate is not trusted, or it does not trust ours.
    #[error(
        "the certificates do not fit: correct redis.ca_file, redis.cert_file and redis.key_file, or the \
         name of the host in redis.url"
    )]
    Certificate,
}

impl RedisMistake {
    /// The mistake's stable name in logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WrongPassword => "wrong_password",
            Self::NoPassword => "no_password",
            Self::NoRights => "no_rights",
            Self::NoSuchDatabase => "no_such_database",
            Self::IsCluster => "is_cluster",
            Self::IsNoCluster => "is_no_cluster",
            Self::IsSentinel => "is_sentinel",
            Self::IsNoSentinel => "is_no_sentinel",
            Self::UnknownMaster => "unknown_master",
            Self::SentinelPassword => "sentinel_password",
            Self::NoTls => "no_tls",
            Self::WantsTls => "wants_tls",
            Self::Certificate => "certificate",
        }
    }

    /// Among the reasons of failures in metrics, what a server that makes this mistake known says.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::WrongPassword => "auth_failed",
            Self::NoPassword => "noauth",
            Self::NoRights => "noperm",
            Self::NoSuchDatabase | Self::IsSentinel => "other",
            Self::IsCluster => "moved",
            Self::IsNoCluster
            | Self::IsNoSentinel
            | Self::UnknownMaster
            | Self::SentinelPassword => "no_master",
            Self::NoTls | Self::WantsTls | Self::Certificate => "unreachable",
        }
    }

    /// What the error of a server shows to be wrong; none: it is away, or will be well again.
    pub(super) fn of(error: &RedisError) -> Option<Self> {
        if error.kind() == ErrorKind::AuthenticationFailed {
            return Some(Self::WrongPassword);
        }
        let Some(code) = error.code() else {
            return certificate(error);
        };
        match code {
            "NOAUTH" => Some(Self::NoPassword),
            "WRONGPASS" => Some(Self::WrongPassword),
            "NOPERM" => Some(Self::NoRights),
            "ERR" => said(error.detail()?),
            _ => None,
        }
    }

    /// The same, of one that was asked as a sentinel.
    pub(super) fn of_sentinel(error: &RedisError) -> Option<Self> {
        let said = error.detail().unwrap_or_default();
        if said.starts_with("No such master") {
            return Some(Self::UnknownMaster);
        }
        if said.starts_with("unknown command") {
            return Some(Self::IsNoSentinel);
        }
        Self::of(error).map(|mistake| match mistake {
            Self::WrongPassword | Self::NoPassword => Self::SentinelPassword,
            other => other,
        })
    }

    /// The same, of one that was asked as a node of a Cluster. A sentinel knows no `CLUSTER`.
    pub(super) fn of_cluster(error: &RedisError) -> Option<Self> {
        let said = error.detail().unwrap_or_default();
        let is_no_cluster =
            said.contains("cluster support disabled") || said.starts_with("unknown command");
        if is_no_cluster {
            return Some(Self::IsNoCluster);
        }
        Self::of(error)
    }
}

/// What stands after `ERR`: the words of Redis 6 and later, and of Valkey.
fn said(words: &str) -> Option<RedisMistake> {
    const WORDS: [(&str, RedisMistake); 6] = [
        ("DB index is out of range", RedisMistake::NoSuchDatabase),
        ("invalid DB index", RedisMistake::NoSuchDatabase),
        ("SELECT is not allowed", RedisMistake::IsCluster),
        ("has no permissions to run", RedisMistake::NoRights),
        // What the script does is asked of the ACL, too.
        ("user executing the script can't", RedisMistake::NoRights),
        ("ACL failure in script", RedisMistake::NoRights),
    ];
    let found = WORDS.iter().find(|(part, _)| words.contains(part));
    found.map(|(_, mistake)| *mistake)
}

/// rustls has no error that could be taken apart here but its text.
fn certificate(error: &RedisError) -> Option<RedisMistake> {
    const WORDS: [&str; 5] = [
        "invalid peer certificate",
        "CertificateRequired",
        "UnknownCA",
        "BadCertificate",
        "DecryptError",
    ];
    let text = error.source()?.to_string();
    let found = WORDS.iter().any(|part| text.contains(part));
    found.then_some(RedisMistake::Certificate)
}
