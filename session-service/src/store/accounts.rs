//! People: what must never be lost.
use async_trait::async_trait;
use service_kit::Timestamp;
use uuid::Uuid;

use super::StoreError;
use crate::domain::{AppId, OpenId, ProfileChange};

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Ours.
    pub id: Uuid,
    /// Theirs across the owner's apps.
    pub unionid: Option<String>,
    /// What they call themselves; may be empty.
    pub nickname: String,
    /// Where their picture is; may be empty.
    pub avatar_url: String,
    /// Since when an operator keeps them out.
    pub blocked_at: Option<Timestamp>,
    /// When they were first seen.
    pub created_at: Timestamp,
    /// When they last logged in.
    pub last_login_at: Timestamp,
}

/// Whom WeChat vouched for.
#[derive(Clone, Debug)]
pub struct Seen {
    /// In which app.
    pub appid: AppId,
    /// Who, there.
    pub openid: OpenId,
    /// Who, across the owner's apps.
    pub unionid: Option<String>,
}

/// The outcome of a login, as far as accounts go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The person.
    pub account: Account,
    /// Whether this login registered them.
    pub is_new: bool,
}

/// Keeps accounts.
#[async_trait]
pub trait AccountStore: Send + Sync + 'static {
    /// Finds the person, or registers them on first sight. Acknowledged means on disk. Logins that
    /// race make one account.
    ///
    /// # Errors
    /// When the database fails: then nobody was registered, or the same person is found next time.
    async fn sign_in(&self, seen: &Seen, now: Timestamp) -> Result<SignedIn, StoreError>;

    /// Whether somebody could be registered now. Asked before a login code is spent.
    ///
    /// # Errors
    /// When nobody could.
    async fn writable(&self) -> Result<(), StoreError>;

    /// The account with this id.
    ///
    /// # Errors
    /// When the database fails.
    async fn account(&self, id: Uuid) -> Result<Option<Account>, StoreError>;

    /// Changes a profile; answers the account as it is then, or nothing when there is none.
    ///
    /// # Errors
    /// When the database fails.
    async fn update_profile(
        &self,
        id: Uuid,
        change: &ProfileChange,
    ) -> Result<Option<Account>, StoreError>;
}
