//! A user's sessions, as the user sees them.
use super::Sessions;
use crate::{
    SessionError,
    domain::{AppId, Listed, Reason, Revocation, SessionId, Subject, UserTag},
};

/// One of the user's sessions.
#[derive(Clone, Debug)]
pub struct Mine {
    /// The app that it is in.
    pub appid: AppId,
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
            appid: session.appid.clone(),
            current: session.id == listed.id,
            listed,
        };
        let listed = self.listed(session.tag).await?;
        Ok(listed.into_iter().map(mine).collect())
    }

    /// Ends one session of the token's user in its app.
    ///
    /// # Errors
    /// As [`Sessions::verify`]; when the session is not one of theirs; and when the row could not be
    /// written: then nothing has changed.
    pub async fn kick(&self, token: &str, id: SessionId) -> Result<(), SessionError> {
        let tag = self.verify(token).await?.session.tag;
        if !self.is_listed(tag, id).await? {
            return Err(SessionError::NoSuchSession);
        }
        self.end(tag, id, Reason::Kick).await
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
        self.sweep(&[(tag, reason)]).await;
        Ok(())
    }

    /// The live sessions of a user of an app, oldest first.
    pub(super) async fn listed(&self, tag: UserTag) -> Result<Vec<Listed>, SessionError> {
        let user = self.records.user(tag).await?.value.unwrap_or_default();
        let mut live = Vec::new();
        for listed in user.sessions() {
            if self.is_live(tag, listed).await? {
                live.push(listed.clone());
            }
        }
        Ok(live)
    }

    pub(super) async fn is_listed(
        &self,
        tag: UserTag,
        id: SessionId,
    ) -> Result<bool, SessionError> {
        let listed = self.listed(tag).await?;
        Ok(listed.iter().any(|listed| listed.id == id))
    }

    async fn is_live(&self, tag: UserTag, listed: &Listed) -> Result<bool, SessionError> {
        let now = self.now();
        let named = {
            let view = self.revocations.informed()?;
            if now >= listed.expires_at || view.ends(listed.id) {
                return Ok(false);
            }
            view.names(tag)
        };
        if !named {
            return Ok(true);
        }
        // A line does not say when its login began; the record does.
        let found = self.records.session(tag, listed.id).await?.value;
        let view = self.revocations.informed()?;
        Ok(found.is_some_and(|session| !view.revokes(&session)))
    }
}
