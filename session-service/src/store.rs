//! What is remembered, and where.
//!
//! [`SessionStore`] keeps sealed records by key: in memory, or in Redis. It knows no rule: [`Records`]
//! reads typed records from it, the domain decides, and one compare-and-swap writes the outcome or
//! nothing. [`AccountStore`] and [`RevocationLog`] keep what must survive: in SQL.
//!
//! To add a session store, implement [`SessionStore`] and ask it `tests/session_store_contract`.

mod accounts;
mod failures;
mod memory;
mod phones;
mod postgres;
mod record;
mod records;
mod redis;
mod revocations;
mod seal;
mod span;
mod sql;
mod sqlite;
mod statement;

pub use self::{
    accounts::{AccountStore, Dossier, Ended, Seen, SignedIn, Terms, Whom},
    memory::MemoryStore,
    phones::PhoneSeal,
    postgres::{PostgresSettings, PostgresSettingsError, PostgresStore},
    records::{Change, Read, Records},
    redis::{
        Away, RedisAddressError, RedisExamined, RedisMistake, RedisSettings, RedisStore, RedisTls,
        Sentinels, Topology,
    },
    revocations::{Appended, RevocationLog},
    seal::Seal,
    sqlite::SqliteStore,
};

use std::time::Duration;

use async_trait::async_trait;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use uuid::Uuid;

use crate::domain::{AppId, SessionId, UserTag};

/// Why a store did not do what it was asked. Nothing here says anything about a session.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Redis did not answer, or not in time.
    #[error("redis is away")]
    RedisAway(#[source] Away),
    /// Redis is not what the settings say, or does not let us do our work.
    #[error("redis is set up wrong: {0}")]
    RedisMistaken(RedisMistake),
    /// Redis answered that it will not: full, read-only, loading. Its word for it.
    #[error("redis refuses: {0}")]
    RedisRefuses(String),
    /// The database failed.
    #[error("the database failed")]
    Sql(#[from] sqlx::Error),
    /// No connection to the database could be made in time.
    #[error("the database cannot be reached")]
    DatabaseAway(#[source] sqlx::Error),
    /// The database's tables could not be brought up to date.
    #[error("the database's tables cannot be brought up to date")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A record was not sealed by us for this key.
    #[error("the record at {0} is not ours")]
    Foreign(StoreKey),
    /// Another release wrote the record, and this one cannot read it.
    #[error("the record is of another release")]
    OtherLayout,
    /// Too many others changed the same records meanwhile.
    #[error("the record kept changing")]
    Contended,
    /// The operating system gave no randomness.
    #[error("no randomness")]
    NoRandomness(#[from] getrandom::Error),
}

impl StoreError {
    /// Whether a swap may have happened though nobody said so.
    #[must_use]
    pub const fn may_have_happened(&self) -> bool {
        matches!(
            self,
            Self::RedisAway(Away::Silent | Away::Broken(_) | Away::Mixed)
        )
    }

    /// The failure's stable name in metrics.
    #[must_use]
    pub fn reason(&self) -> String {
        let name = match self {
            Self::RedisAway(away) => away.as_str(),
            Self::RedisMistaken(mistake) => mistake.reason(),
            Self::RedisRefuses(code) => return redis::refusal(code),
            Self::Sql(_) | Self::DatabaseAway(_) => "database",
            Self::Migration(_) => "migration",
            Self::Foreign(_) => "foreign_record",
            Self::OtherLayout => "other_layout",
            Self::Contended => "contended",
            Self::NoRandomness(_) => "no_randomness",
        };
        name.to_owned()
    }
}

/// base64url: a key is kept in memory for each session, and this is a third shorter than hex.
fn short(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// A key in the store. Keys with the same `{tag}` can change together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StoreKey(String);

impl StoreKey {
    /// Where a session is.
    #[must_use]
    pub fn session(tag: UserTag, id: SessionId) -> Self {
        Self(format!(
            "wxg:{{{}}}:s:{}",
            short(tag.as_bytes()),
            short(id.as_bytes())
        ))
    }

    /// Where a user's list of sessions and ring of keys is.
    #[must_use]
    pub fn user(tag: UserTag) -> Self {
        Self(format!("wxg:{{{}}}:u", short(tag.as_bytes())))
    }

    /// Where a user's decrypt attempts are.
    #[must_use]
    pub fn attempts(tag: UserTag) -> Self {
        Self(format!("wxg:{{{}}}:d", short(tag.as_bytes())))
    }

    /// Where the claim on a login code is.
    #[must_use]
    pub fn code(fingerprint: [u8; 16]) -> Self {
        Self(format!("wxg:code:{}", short(&fingerprint)))
    }

    /// Where the answer to a code of the phone-number button is.
    #[must_use]
    pub fn phone(tag: UserTag, fingerprint: [u8; 16]) -> Self {
        let (tag, code) = (short(tag.as_bytes()), short(&fingerprint));
        Self(format!("wxg:{{{tag}}}:p:{code}"))
    }

    /// Where the `access_token` of an app is.
    #[must_use]
    pub fn access_token(appid: &AppId) -> Self {
        Self(format!("wxg:{{at:{}}}:token", appid.as_str()))
    }

    /// Where it stands who fetches the app's next `access_token`.
    #[must_use]
    pub fn lease(appid: &AppId) -> Self {
        Self(format!("wxg:{{at:{}}}:lease", appid.as_str()))
    }

    /// Where the store shows that it is what it should be.
    pub(crate) fn trial() -> Self {
        Self("wxg:{trial}".to_owned())
    }

    /// The place of an account's phone number. In the database, not in a session store.
    pub(crate) fn phone_of(account: Uuid) -> Self {
        Self(format!("account:{account}:phone"))
    }

    /// Whether a session, or a user's list of them, is there.
    #[must_use]
    pub fn is_a_users(&self) -> bool {
        self.0.contains("}:s:") || self.0.ends_with("}:u")
    }

    /// The key's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for StoreKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What must be at a key for a swap to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Exactly these bytes.
    Bytes(Vec<u8>),
    /// Nothing.
    Absent,
    /// Whatever is there.
    Anything,
}

/// What a swap leaves at a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// These bytes, which the store forgets after this long.
    Put(Vec<u8>, Duration),
    /// Nothing.
    Delete,
}

/// One key's part in a swap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swap {
    /// The key.
    pub key: StoreKey,
    /// What must be there.
    pub expect: Expect,
    /// What is there afterwards.
    pub write: Write,
}

/// Keeps bytes by key, and swaps them atomically.
#[async_trait]
pub trait SessionStore: Send + Sync + 'static {
    /// What is at each of `keys`, in their order.
    ///
    /// # Errors
    /// When the store cannot tell. Never to say that there is nothing.
    async fn get(&self, keys: &[StoreKey]) -> Result<Vec<Option<Vec<u8>>>, StoreError>;

    /// Does all of `swaps`, or nothing when one expectation fails; says which. All keys lie on one
    /// slot.
    ///
    /// # Errors
    /// When the store did not answer; the swap may have happened all the same.
    async fn swap(&self, swaps: &[Swap]) -> Result<bool, StoreError>;

    /// The store's name in traces, as OpenTelemetry calls it.
    fn system(&self) -> &'static str;

    /// An answer was not what had been put there: whatever brought it should not bring another one.
    async fn distrust(&self) {}

    /// Everything that is kept: for people to look at, and for tests.
    ///
    /// # Errors
    /// When the store cannot tell.
    async fn dump(&self) -> Result<Vec<(String, Vec<u8>)>, StoreError>;
}
