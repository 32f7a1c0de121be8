//! Deleting what rows have made void.
use super::{ROUNDS, Sessions, contended};
use crate::{
    SessionError,
    domain::{Listed, Reason, SessionId, UserTag},
    store::Change,
};

impl Sessions {
    /// Deletes the records of users whose sessions a row has ended, and why it did. The rows are the
    /// fact: what stays when the session store is away is worth nothing.
    pub(super) async fn sweep(&self, ended: &[(UserTag, Reason)]) {
        for &(tag, reason) in ended {
            if let Err(error) = self.sweep_user(tag, reason).await {
                // A store that is away is waited for once.
                tracing::warn!(error = service_kit::causes(&error), user.tag = %tag, "ended sessions' records stay for now");
                return;
            }
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
        let mut ended = Vec::new();
        for Listed { id, .. } in listed {
            let found = self.records.session(tag, *id).await?.value;
            let view = self.revocations.informed()?;
            if found.is_none_or(|session| view.revokes(&session)) {
                ended.push(*id);
            }
        }
        Ok(ended)
    }
}
