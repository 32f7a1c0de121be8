//! Ending a session.
use super::Sessions;
use crate::{
    SessionError,
    domain::{Reason, Revocation, SessionId, Subject, UserTag},
    store::Change,
};

/// Tidying the user's list is tried this often; a line that stays is harmless.
const TIDY_ROUNDS: usize = 3;

impl Sessions {
    /// Ends a token's session for good. Needs a genuine token and the database, not the session
    /// store.
    ///
    /// # Errors
    /// When the token is not ours, or the row could not be written: then nothing has changed.
    pub async fn logout(&self, token: &str) -> Result<(), SessionError> {
        let claims = self.tokens.open(token)?;
        self.end(claims.tag, claims.id, Reason::Logout).await
    }

    /// Ends a session: first the row, which is the fact; then the record, which may be away.
    pub(super) async fn end(
        &self,
        tag: UserTag,
        id: SessionId,
        reason: Reason,
    ) -> Result<(), SessionError> {
        let sessions = self.clone();
        self.to_the_end(async move { sessions.end_now(tag, id, reason).await })
            .await
    }

    async fn end_now(
        &self,
        tag: UserTag,
        id: SessionId,
        reason: Reason,
    ) -> Result<(), SessionError> {
        let revocation = Revocation {
            subject: Subject::Session(id),
            reason,
            expires_at: self.now().plus(self.revocations.row_life()),
        };
        if self.revocations.revoke(&revocation).await?.fresh {
            self.announce(tag, id, reason);
        }
        self.tidy(tag, id).await;
        Ok(())
    }

    /// Said once per session that ends, by whoever wrote the row.
    fn announce(&self, tag: UserTag, id: SessionId, reason: Reason) {
        self.counters.revoked(reason);
        if reason == Reason::Reuse {
            self.counters.reused();
            tracing::warn!(event = "token_reuse", session.id = %id, user.tag = %tag, "an old token came back after its successor was used: session ended");
        } else {
            tracing::info!(event = reason.as_str(), session.id = %id, user.tag = %tag, "session ended");
        }
    }

    /// Deletes what the row has made void.
    pub(super) async fn tidy(&self, tag: UserTag, id: SessionId) {
        for _ in 0..TIDY_ROUNDS {
            match self.try_tidy(tag, id).await {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(error = service_kit::causes(&error), session.id = %id, "an ended session's record stays for now");
                    return;
                }
            }
        }
    }

    async fn try_tidy(&self, tag: UserTag, id: SessionId) -> Result<bool, SessionError> {
        let now = self.now();
        // The record first, and by itself: it goes even when the list keeps changing.
        let delete = Change::default().drop_session(tag, id);
        self.records.commit(delete).await?;
        let mut user = self.records.user(tag).await?;
        let Some(mut list) = user.value.take() else {
            return Ok(true);
        };
        list.remove(id);
        let change = match list.last_end() {
            Some(end) if now < end => {
                Change::default().put(&user, &list, self.limits.left(end, now))
            }
            _ => Change::default().delete(&user),
        };
        Ok(self.records.commit(change).await?)
    }
}
