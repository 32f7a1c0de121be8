//! What may come instead of an answer.
use deadpool::managed::{PoolError, TimeoutType};
use deadpool_redis::redis::{ErrorKind, RedisError, ServerErrorKind};

use super::mistake::RedisMistake;
use crate::store::StoreError;

/// How Redis failed to answer.
#[derive(Debug, thiserror::Error)]
pub enum Away {
    /// Nobody could be connected to.
    #[error("no connection")]
    Unreachable(#[source] RedisError),
    /// The server does not take our name or password.
    #[error("the server does not know us")]
    Unwelcome(#[source] RedisError),
    /// Nobody is known who answers for the key.
    #[error("no server is known that could be asked")]
    Nowhere,
    /// All connections were busy for too long.
    #[error("all connections are busy")]
    Busy,
    /// The answer did not come in time.
    #[error("no answer in time")]
    Silent,
    /// The connection broke while the answer was awaited.
    #[error("the connection broke")]
    Broken(#[source] RedisError),
    /// The answer was another question's.
    #[error("the answer belongs to another question")]
    Mixed,
}

impl Away {
    /// The failure's stable name in metrics.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::Unwelcome(_) => "auth_failed",
            Self::Nowhere => "no_master",
            Self::Busy => "pool_busy",
            Self::Silent => "timeout",
            Self::Broken(_) => "broken",
            Self::Mixed => "mixed_answer",
        }
    }
}

/// Why one server did not answer one question.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Nothing was sent, or no answer is to come.
    Away(Away),
    /// The server answered that it will not.
    Says(RedisError),
    /// Nobody is known who could be asked, and that will stay so.
    Mistaken(RedisMistake),
}

impl Trouble {
    /// What went wrong between asking and hearing.
    pub(super) fn asking(error: RedisError) -> Self {
        if error.code().is_some() {
            return Self::Says(error);
        }
        match error.kind() {
            ErrorKind::UnexpectedReturnType | ErrorKind::Parse => Self::Away(Away::Mixed),
            _ if error.is_timeout() => Self::Away(Away::Silent),
            _ => Self::Away(Away::Broken(error)),
        }
    }

    /// Why there was no connection to ask on.
    pub(super) fn connecting(error: PoolError<RedisError>) -> Self {
        match error {
            PoolError::Timeout(TimeoutType::Wait) => Self::Away(Away::Busy),
            PoolError::Backend(error) => Self::connection(error),
            _ => Self::Away(Away::Silent),
        }
    }

    fn connection(error: RedisError) -> Self {
        if error.code().is_some() {
            return Self::Says(error);
        }
        Self::Away(match error.kind() {
            ErrorKind::AuthenticationFailed => Away::Unwelcome(error),
            _ if error.is_timeout() => Away::Silent,
            _ => Away::Unreachable(error),
        })
    }

    /// Whether the question may have been answered all the same.
    pub(super) fn may_have_been_done(&self) -> bool {
        matches!(
            self,
            Self::Away(Away::Silent | Away::Broken(_) | Away::Mixed)
        )
    }

    /// What the server says, where it is one of the things that this server may say for a while.
    pub(super) fn says(&self) -> Option<ServerErrorKind> {
        match self {
            Self::Says(error) => match error.kind() {
                ErrorKind::Server(kind) => Some(kind),
                _ => None,
            },
            Self::Away(_) | Self::Mistaken(_) => None,
        }
    }

    /// What it shows to be wrong with the settings, or with Redis.
    fn mistake(&self) -> Option<RedisMistake> {
        match self {
            Self::Mistaken(mistake) => Some(*mistake),
            Self::Says(error)
            | Self::Away(Away::Unwelcome(error) | Away::Unreachable(error) | Away::Broken(error)) => {
                RedisMistake::of(error)
            }
            Self::Away(_) => None,
        }
    }
}

/// What a server may refuse; whatever else it says is `other`.
const KNOWN: [&str; 15] = [
    "OOM",
    "READONLY",
    "LOADING",
    "MISCONF",
    "NOREPLICAS",
    "NOAUTH",
    "WRONGPASS",
    "NOPERM",
    "BUSY",
    "MASTERDOWN",
    "CLUSTERDOWN",
    "TRYAGAIN",
    "MOVED",
    "ASK",
    "CROSSSLOT",
];

/// The refusal's name in metrics, from a closed list.
pub(in crate::store) fn refusal(code: &str) -> String {
    let known = KNOWN.iter().find(|known| **known == code);
    known.map_or_else(|| "other".to_owned(), |known| known.to_ascii_lowercase())
}

impl From<Trouble> for StoreError {
    fn from(trouble: Trouble) -> Self {
        if let Some(mistake) = trouble.mistake() {
            return Self::RedisMistaken(mistake);
        }
        match trouble {
            Trouble::Mistaken(mistake) => Self::RedisMistaken(mistake),
            Trouble::Away(away) => Self::RedisAway(away),
            Trouble::Says(error) => Self::RedisRefuses(error.code().unwrap_or("ERR").to_owned()),
        }
    }
}
