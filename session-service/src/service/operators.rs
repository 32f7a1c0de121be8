//! What an operator does with one user's sessions.
use uuid::Uuid;

use super::{Mine, Sessions};
use crate::{
    SessionError,
    domain::{Identity, Reason, SessionId, UserTag},
    store::Whom,
};

impl Sessions {
    /// The live sessions of a user in every app, oldest first.
    ///
    /// # Errors
    /// When there is no such user, or a store cannot tell.
    pub async fn list_of(&self, user: Uuid) -> Result<Vec<Mine>, SessionError> {
        let mut theirs = Vec::new();
        for tag in self.tags_of(user).await? {
            let live = self.live(tag).await?.into_iter();
            theirs.extend(live.map(|session| Mine {
                session,
                current: false,
            }));
        }
        theirs.sort_by_key(|mine| mine.session.issued_at);
        Ok(theirs)
    }

    /// Ends one session of a user, in whatever app it is.
    ///
    /// # Errors
    /// When there is no such user, the session is not one of theirs, a store cannot tell, or the row
    /// could not be written: then nothing has changed.
    pub async fn kick_of(&self, user: Uuid, id: SessionId) -> Result<(), SessionError> {
        for tag in self.tags_of(user).await? {
            if self.is_live(tag, id).await? {
                return self.end(tag, id, Reason::OperatorKick).await;
            }
        }
        Err(SessionError::NoSuchSession)
    }

    async fn tags_of(&self, user: Uuid) -> Result<Vec<UserTag>, SessionError> {
        let found = self.accounts.dossier(&Whom::Account(user)).await?;
        let identities = found.ok_or(SessionError::NoSuchUser)?.identities;
        let tag = |Identity { appid, openid }: &Identity| self.tags.tag(appid, openid);
        Ok(identities.iter().map(tag).collect())
    }
}
