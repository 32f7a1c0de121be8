//! People.
use uuid::Uuid;

use super::Sessions;
use crate::{SessionError, domain::ProfileChange, store::Account};

impl Sessions {
    /// The user with this id.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn user(&self, id: Uuid) -> Result<Account, SessionError> {
        self.accounts
            .account(id)
            .await?
            .ok_or(SessionError::NoSuchUser)
    }

    /// Changes the profile of the token's user.
    ///
    /// # Errors
    /// As [`Sessions::verify`], and when the database fails.
    pub async fn update_profile(
        &self,
        token: &str,
        change: &ProfileChange,
    ) -> Result<Account, SessionError> {
        let session = self.verify(token).await?.session;
        let account = self
            .accounts
            .update_profile(session.user_id, change)
            .await?;
        account.ok_or(SessionError::NoSuchUser)
    }
}
