//! What ends all sessions of an account: an operator's word, a block, erasure, a merge.
use uuid::Uuid;

use super::Sessions;
use crate::{
    SessionError,
    domain::Ending,
    store::{Ended, Terms},
};

impl Sessions {
    /// Ends all sessions of an account, in every app, and every login that has begun. Needs the
    /// database, not the session store.
    ///
    /// # Errors
    /// When there is no such account, or the rows could not be written: then nothing has changed.
    pub async fn end_account(&self, id: Uuid, ending: Ending) -> Result<(), SessionError> {
        let sessions = self.clone();
        self.to_the_end(async move {
            let ended = sessions.accounts.end(id, ending, sessions.terms());
            let ended = ended.await?.ok_or(SessionError::NoSuchUser)?;
            sessions.carry_out(id, &ended).await;
            Ok(())
        })
        .await
    }

    /// Erases the token's user: account, identities, sessions and keys, in every app. How often they
    /// failed to decrypt is remembered: erasing refills no budget.
    ///
    /// # Errors
    /// As [`Sessions::verify`], and when the rows could not be written: then nothing has changed.
    pub async fn erase(&self, token: &str) -> Result<(), SessionError> {
        let id = self.verify(token).await?.session.user_id;
        match self.end_account(id, Ending::Erase).await {
            // Somebody else was faster, and the row is not here yet.
            Err(SessionError::NoSuchUser) => Err(SessionError::Revoked),
            settled => settled,
        }
    }

    /// Lets a person log in again; what a block ended stays ended.
    ///
    /// # Errors
    /// When there is no such account, or the database fails.
    pub async fn unblock(&self, id: Uuid) -> Result<(), SessionError> {
        if !self.accounts.unblock(id).await? {
            return Err(SessionError::NoSuchUser);
        }
        tracing::info!(event = "unblock", user.id = %id, "the user may log in again");
        Ok(())
    }

    /// What rows about users are written with, now.
    pub(super) fn terms(&self) -> Terms<'_> {
        let now = self.now();
        Terms {
            tags: &self.tags,
            now,
            rows_until: now.plus(self.revocations.row_life()),
        }
    }

    /// Holds tokens against rows that were just written, before anybody is told; then deletes what
    /// they have made void.
    pub(super) async fn carry_out(&self, user: Uuid, ended: &[Ended]) {
        self.revocations.heed(ended.iter().map(|ended| ended.row));
        for Ended { tag, reason, .. } in ended {
            self.counters.revoked(*reason);
            tracing::info!(event = reason.as_str(), user.tag = %tag, user.id = %user, "all sessions ended");
        }
        let ended: Vec<_> = ended
            .iter()
            .map(|ended| (ended.tag, ended.reason))
            .collect();
        self.sweep(&ended).await;
    }
}
