//! A user's sessions, as the user sees them.
use super::Sessions;
use crate::{
    SessionError,
    domain::{Reason, Revocation, Session, SessionId, Subject, UserTag},
};

/// One of the user's sessions.
#[derive(Clone, Debug)]
pub struct Mine {
    /// The session.
    pub session: Session,
    /// Whether it is the one that asked.
    pub current: bool,
}

impl Sessions {
    /// The live sessions of the token's user in its app, oldest first.
    ///
    /// # Errors
    /// As [`Sessions::verify`].
    pub async fn list(&self, token: &str) -> Result<Vec<Mine>, SessionError> {
        let asking = self.verify(token).await?.session;
        let mine = |session: Session| Mine {
            current: session.id == asking.id,
            session,
        };
        let live = self.live(asking.tag).await?;
        Ok(live.into_iter().map(mine).collect())
    }

    /// Ends one session of the token's user in its app.
    ///
    /// # Errors
    /// As [`Sessions::verify`]; when the session is not one of theirs; and when the row could not be
    /// written: then nothing has changed.
    pub async fn kick(&self, token: &str, id: SessionId) -> Result<(), SessionError> {
        let tag = self.verify(token).await?.session.tag;
        if !self.is_live(tag, id).await? {
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
    pub(super) async fn live(&self, tag: UserTag) -> Result<Vec<Session>, SessionError> {
        let user = self.records.user(tag).await?.value.unwrap_or_default();
        let ids: Vec<_> = user.sessions().iter().map(|listed| listed.id).collect();
        let found = self.records.sessions(tag, &ids).await?;
        let (view, now) = (self.revocations.informed()?, self.now());
        let mut live: Vec<_> = found
            .into_iter()
            .filter_map(|read| read.value)
            .filter(|session| session.live_at(now) && !view.revokes(session))
            .collect();
        live.sort_by_key(|session| session.issued_at);
        Ok(live)
    }

    pub(super) async fn is_live(&self, tag: UserTag, id: SessionId) -> Result<bool, SessionError> {
        let live = self.live(tag).await?;
        Ok(live.iter().any(|session| session.id == id))
    }
}
