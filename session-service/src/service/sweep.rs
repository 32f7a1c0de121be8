//! Deleting what rows have made void.
use std::time::Duration;

use super::{ROUNDS, Sessions, contended};
use crate::{
    SessionError,
    domain::{Listed, Reason, Session, SessionId, UserTag},
    store::Change,
};

/// Somebody waits for the answer, and the rows are written.
const PATIENCE: Duration = Duration::from_secs(1);

impl Sessions {
    /// Deletes the records of users whose sessions a row has ended, and why it did. The rows are the
    /// fact: what stays when the session store is away is worth nothing.
    pub(super) async fn sweep(&self, ended: &[(UserTag, Reason)]) {
        let all = async {
            for &(tag, reason) in ended {
                // Another tag may lie on a shard that is well.
                if let Err(error) = self.sweep_user(tag, reason).await {
                    tracing::warn!(error = service_kit::causes(&error), user.tag = %tag, "ended sessions' records stay for now");
                }
            }
        };
        if tokio::time::timeout(PATIENCE, all).await.is_err() {
            tracing::warn!("ended sessions' records stay for now: the store is slow");
        }
    }

    async fn sweep_user(&self, tag: UserTag, reason: Reason) -> Result<(), SessionError> {
        for _ in 0..ROUNDS {
            if self.try_sweep(tag, reason).await? {
                return Ok(());
            }
        }
        contended()
    }

    /// False when the list changed meanwhile.
    async fn try_sweep(&self, tag: UserTag, reason: Reason) -> Result<bool, SessionError> {
        let mut user = self.records.user(tag).await?;
        let mut list = user.value.take().unwrap_or_default();
        let (until, ended) = (list.last_end(), self.ended(tag, list.sessions()).await?);
        // The records first, and by themselves: they go even when the list keeps changing.
        if !ended.is_empty() {
            let drop = |change: Change, id: &SessionId| change.drop_session(tag, *id);
            let change = ended.iter().fold(Change::default(), drop);
            self.records.commit(change).await?;
        }
        for id in &ended {
            list.remove(*id);
        }
        // After a merge, data under the person's keys still opens. A login that began later keeps its
        // own.
        let stays = reason == Reason::Merge || !list.sessions().is_empty();
        let now = self.now();
        let change = match until.filter(|until| stays && now < *until) {
            Some(until) => Change::default().put(&user, &list, self.limits.left(until, now)),
            None => Change::default().delete(&user),
        };
        Ok(self.records.commit(change).await?)
    }

    /// Those that a row ends, or that are gone already. A later login's session is none of them.
    async fn ended(&self, tag: UserTag, listed: &[Listed]) -> Result<Vec<SessionId>, SessionError> {
        let ids: Vec<_> = listed.iter().map(|listed| listed.id).collect();
        let found = self.records.sessions(tag, &ids).await?;
        let view = self.revocations.informed()?;
        let is_over = |session: &Session| view.revokes(session);
        let over = ids
            .into_iter()
            .zip(found)
            .filter(|(_, read)| read.value.as_ref().is_none_or(is_over));
        Ok(over.map(|(id, _)| id).collect())
    }
}
