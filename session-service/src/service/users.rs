//! People.
use uuid::Uuid;

use super::Sessions;
use crate::{
    SessionError,
    domain::{Account, Identity, KeptPhone, ProfileChange},
    store::{Dossier, Whom},
};

/// A user, as callers see them.
#[derive(Clone, Debug)]
pub struct Person {
    /// The account.
    pub account: Account,
    /// Whether the app should ask for a nickname now.
    pub profile_required: bool,
}

/// All that is known of a user.
#[derive(Clone, Debug)]
pub struct Known {
    /// The user.
    pub person: Person,
    /// Who they are in each app.
    pub identities: Vec<Identity>,
    /// The phone number that is kept of them.
    pub phone: Option<KeptPhone>,
}

impl Sessions {
    /// The user with this id, or the one they were merged into.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn user(&self, id: Uuid) -> Result<Person, SessionError> {
        let account = self.accounts.account(id).await?;
        Ok(self.person(account.ok_or(SessionError::NoSuchUser)?))
    }

    /// All that is known of a user.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn known(&self, whom: &Whom) -> Result<Known, SessionError> {
        let dossier = self.accounts.dossier(whom).await?;
        let Dossier {
            account,
            identities,
        } = dossier.ok_or(SessionError::NoSuchUser)?;
        Ok(Known {
            phone: self.kept_phone(&account),
            person: self.person(account),
            identities,
        })
    }

    /// Changes the profile of the token's user.
    ///
    /// # Errors
    /// As [`Sessions::verify`], and when the database fails.
    pub async fn update_profile(
        &self,
        token: &str,
        change: &ProfileChange,
    ) -> Result<Person, SessionError> {
        let session = self.verify(token).await?.session;
        let account = self
            .accounts
            .update_profile(session.user_id, change)
            .await?;
        // A user who was erased has no session, whatever is left of it.
        Ok(self.person(account.ok_or(SessionError::Revoked)?))
    }

    pub(super) fn person(&self, account: Account) -> Person {
        Person {
            profile_required: self.require_nickname && account.nickname.is_empty(),
            account,
        }
    }
}
