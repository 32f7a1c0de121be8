//! A user's sessions, as the user sees them.
use super::Sessions;
use crate::{
    SessionError,
    domain::{Claims, Listed, Reason, Revocation, Session, SessionId, Subject, UserTag},
    store::Change,
};

/// One of the user's sessions.
#[derive(Clone, Debug)]
pub struct Mine {
    /// The session.
    pub listed: Listed,
    /// Whether it is the one that asked.
    pub current: bool,
}

impl Sessions {
    /// The live sessions of the token's user in its app, oldest first.
    ///
    /// # Errors
    /// As [`Sessions::verify`].
    pub async fn list(&self, token: &str) -> Result<Vec<Mine>, SessionError> {
        let session = self.verify(token).await?.session;
        let mine = |listed: Listed| Mine {
            current: session.id == listed.id,
            listed,
        };
        Ok(self.listed(&session).await?.into_iter().map(mine).collect())
    }

    /// Ends one session of the token's user in its app.
    ///
    /// # Errors
    /// As [`Sessions::verify`]; when the session is not one of theirs; and when the row could not be
    /// written: then nothing has changed.
    pub async fn kick(&self, token: &str, id: SessionId) -> Result<(), SessionError> {
        let session = self.verify(token).await?.session;
        if !self
            .listed(&session)
            .await?
            .iter()
            .any(|listed| listed.id == id)
        {
            return Err(SessionError::NoSuchSession);
        }
        let claims = Claims {
            id,
            ..session.claims()
        };
        self.end(&claims, Reason::Kick).await
    }

    /// Ends every session of the token's user in its app, and every login that has begun.
    ///
    /// # Errors
    /// As [`Sessions::verify`], and when the row could not be written: then nothing has changed.
    pub async fn logout_everywhere(&self, token: &str) -> Result<(), SessionError> {
        let tag = self.verify(token).await?.session.tag;
        let sessions = self.clone();
        self.to_the_end(async move { sessions.end_all(tag, Reason::LogoutEverywhere).await })
            .await
    }

    async fn end_all(&self, tag: UserTag, reason: Reason) -> Result<(), SessionError> {
        let revocation = Revocation {
            subject: Subject::User(tag),
            reason,
            expires_at: self.now().plus(self.revocations.row_life()),
        };
        self.revocations.revoke(&revocation).await?;
        self.counters.revoked(reason);
        tracing::info!(event = reason.as_str(), user.tag = %tag, "all sessions ended");
        if let Err(error) = self.clear(tag).await {
            tracing::warn!(error = service_kit::causes(&error), user.tag = %tag, "ended sessions' records stay for now");
        }
        Ok(())
    }

    async fn listed(&self, session: &Session) -> Result<Vec<Listed>, SessionError> {
        let (user, now) = (self.records.user(session.tag).await?, self.now());
        let view = self.revocations.informed()?;
        let live = |listed: &&Listed| now < listed.expires_at && !view.ends(listed.id);
        Ok(user
            .value
            .unwrap_or_default()
            .sessions()
            .iter()
            .filter(live)
            .cloned()
            .collect())
    }

    /// Deletes what the row has made void. A login that ends meanwhile finds the row.
    async fn clear(&self, tag: UserTag) -> Result<(), SessionError> {
        let user = self.records.user(tag).await?.value.unwrap_or_default();
        let change = user
            .sessions()
            .iter()
            .fold(Change::default().drop_user(tag), |change, listed| {
                change.drop_session(tag, listed.id)
            });
        self.records.commit(change).await?;
        Ok(())
    }
}
