//! Who is calling?
use std::time::Duration;

use service_kit::Timestamp;

use super::Sessions;
use crate::{
    SessionError,
    domain::{Presented, Session},
    store::{Change, Read, StoreError},
};

/// An answer may be kept this long by a caller that follows revocations.
const GOOD_FOR: Duration = Duration::from_secs(30);

/// A session that passes.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The session.
    pub session: Session,
    /// How long the answer may be kept; never past the end of the token or its grace.
    pub good_for: Duration,
}

impl Sessions {
    /// Tells whose session a token belongs to. One read; one write more on a generation's first use.
    ///
    /// # Errors
    /// When the token is not ours, its time is over, it was revoked, or a store cannot tell.
    pub async fn verify(&self, token: &str) -> Result<Verified, SessionError> {
        let claims = self.genuine(token)?;
        let mut read = self.records.session(claims.tag, claims.id).await?;
        let session = self.standing(&claims, read.value.take())?;
        let now = self.now();
        match session.present(&claims, &self.limits, now) {
            Presented::Expired => Err(SessionError::Expired),
            Presented::Passes { until, becomes } => {
                if let Some(becomes) = &becomes {
                    self.note(&read, &session, becomes, now).await;
                }
                let good_for = until.since(now).min(GOOD_FOR);
                Ok(Verified {
                    session: becomes.map_or(session, |becomes| *becomes),
                    good_for,
                })
            }
        }
    }

    /// Notes a generation's first use, or a step that the store had lost. Should another call be
    /// faster, or the store refuse, the user's request goes on all the same.
    async fn note(&self, read: &Read<Session>, was: &Session, becomes: &Session, now: Timestamp) {
        if let Err(error) = self.try_note(read, was, becomes, now).await {
            tracing::warn!(error = service_kit::causes(&error), session.id = %becomes.id, "a first use was not noted");
        }
    }

    async fn try_note(
        &self,
        read: &Read<Session>,
        was: &Session,
        becomes: &Session,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let life = self.limits.left(becomes.expires_at, now);
        let change = if was.expires_at == becomes.expires_at {
            Change::default().put(read, becomes, life)
        } else {
            // The session lasts longer now: the user's list and keys must last as long.
            self.step(read, &self.records.user(becomes.tag).await?, becomes, now)
        };
        self.records.commit(change).await.map(drop)
    }
}
