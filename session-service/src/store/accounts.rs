//! People: what must never be lost.
use async_trait::async_trait;
use service_kit::Timestamp;
use uuid::Uuid;

use super::StoreError;
use crate::domain::{
    Account, AppId, Ending, Identity, OpenId, ProfileChange, Reason, Row, SealedPhone, TagKey,
    UnionId, UserTag,
};

/// Whom WeChat vouched for.
#[derive(Clone, Debug)]
pub struct Seen {
    /// In which app.
    pub appid: AppId,
    /// Who, there.
    pub openid: OpenId,
    /// Who, across the owner's apps.
    pub unionid: Option<UnionId>,
}

/// What rows that end sessions are written with.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// Names the users that the rows are about.
    pub tags: &'a TagKey,
    /// The present.
    pub now: Timestamp,
    /// When the rows may go.
    pub rows_until: Timestamp,
}

/// A row that ended all sessions that one person had in one app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Whose sessions.
    pub tag: UserTag,
    /// Why.
    pub reason: Reason,
    /// The row.
    pub row: Row,
}

/// The outcome of a login, as far as accounts go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The person.
    pub account: Account,
    /// Whether this login registered them.
    pub is_new: bool,
    /// The number of the log that the login counts as begun at.
    pub since: u64,
    /// What a merge ended, if this login made one.
    pub ended: Vec<Ended>,
}

/// Who is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// The account with this id, or the one it was merged into.
    Account(Uuid),
    /// The account of this identity.
    Identity(Identity),
}

/// All that is known of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dossier {
    /// The account.
    pub account: Account,
    /// Who they are in each app, sorted.
    pub identities: Vec<Identity>,
}

/// Keeps accounts. What ends sessions is one transaction with the rows that say so, and those are
/// numbered as [`RevocationLog`](super::RevocationLog) numbers its own.
#[async_trait]
pub trait AccountStore: Send + Sync + 'static {
    /// Finds the person, or registers them on first sight. Acknowledged means on disk. Logins that
    /// race make one account. A unionid that arrives late links accounts, and merges two into the
    /// older one.
    ///
    /// `since` is the log's number when the login began. Nothing, when the person was erased after
    /// that: a login from before brings nobody back.
    ///
    /// # Errors
    /// When the database fails: then nobody was registered, or the same person is found next time.
    async fn sign_in(
        &self,
        seen: &Seen,
        since: u64,
        terms: Terms<'_>,
    ) -> Result<Option<SignedIn>, StoreError>;

    /// Whether somebody could be registered now. Asked before a login code is spent.
    ///
    /// # Errors
    /// When nobody could.
    async fn writable(&self) -> Result<(), StoreError>;

    /// The account with this id, or the one it was merged into.
    ///
    /// # Errors
    /// When the database fails.
    async fn account(&self, id: Uuid) -> Result<Option<Account>, StoreError>;

    /// All that is known of somebody.
    ///
    /// # Errors
    /// When the database fails.
    async fn dossier(&self, whom: &Whom) -> Result<Option<Dossier>, StoreError>;

    /// Changes a profile; answers the account as it is then, or nothing when there is none.
    ///
    /// # Errors
    /// When the database fails.
    async fn update_profile(
        &self,
        id: Uuid,
        change: &ProfileChange,
    ) -> Result<Option<Account>, StoreError>;

    /// Keeps a phone number on an account in place of `before`; answers whether there is such an account,
    /// and it had that one.
    ///
    /// # Errors
    /// When the database fails.
    async fn keep_phone(
        &self,
        id: Uuid,
        before: Option<&SealedPhone>,
        phone: &SealedPhone,
    ) -> Result<bool, StoreError>;

    /// Ends all sessions of an account, with a row for each of its identities. Nothing when there is
    /// no such account; no row when it was blocked before and shall be blocked.
    ///
    /// # Errors
    /// When the database fails: then nothing has changed, or the rows are found in the log.
    async fn end(
        &self,
        id: Uuid,
        ending: Ending,
        terms: Terms<'_>,
    ) -> Result<Option<Vec<Ended>>, StoreError>;

    /// Lets a person log in again; answers whether there is one. What a block ended stays ended.
    ///
    /// # Errors
    /// When the database fails.
    async fn unblock(&self, id: Uuid) -> Result<bool, StoreError>;
}
