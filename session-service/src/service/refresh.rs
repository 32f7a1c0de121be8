//! Prolonging a session.
use std::time::Duration;

use service_kit::Timestamp;

use super::{ROUNDS, Sessions, contended};
use crate::{
    SessionError,
    domain::{Reason, Refreshed, Session, SessionRd, UserSessions},
    store::{Change, Read},
};

/// A token, and what its holder needs to know of it.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The token.
    pub token: SessionRd,
    /// How long it lasts.
    pub expires_in: Duration,
    /// When to refresh it.
    pub refresh_in: Duration,
}

impl Sessions {
    /// Gives the successor of a token: the same one to all who ask at once, or again.
    ///
    /// # Errors
    /// When the token is not ours, its time is over, it was revoked, or a store cannot tell. A token
    /// whose successor was used long ago is a copy: then the session ends.
    pub async fn refresh(&self, token: &str) -> Result<Granted, SessionError> {
        let outcome = self.refreshed(token).await;
        self.counters.refresh(&outcome);
        outcome
    }

    async fn refreshed(&self, token: &str) -> Result<Granted, SessionError> {
        let claims = self.genuine(token)?;
        for _ in 0..ROUNDS {
            let now = self.now();
            let (mut read, user) = self.records.session_and_user(claims.tag, claims.id).await?;
            let session = self.standing(&claims, read.value.take())?;
            match session.refresh(&claims, self.tokens.active(), &self.limits, now) {
                Refreshed::Expired => return Err(SessionError::Expired),
                Refreshed::Reused => {
                    self.end(claims.tag, claims.id, Reason::Reuse).await?;
                    return Err(SessionError::Revoked);
                }
                Refreshed::Stands(session) => return self.grant(&session, now),
                Refreshed::Becomes(next) => {
                    if self
                        .records
                        .commit(self.step(&read, &user, &next, now))
                        .await?
                    {
                        return self.grant(&next, now);
                    }
                }
            }
        }
        contended()
    }

    pub(super) fn grant(&self, session: &Session, now: Timestamp) -> Result<Granted, SessionError> {
        let claims = session.claims();
        let token = self
            .tokens
            .sign(&claims)
            .ok_or(SessionError::KeyGone(claims.key))?;
        let expires_in = self.limits.left(session.expires_at, now);
        Ok(Granted {
            token,
            expires_in,
            refresh_in: self.limits.refresh_after.min(expires_in),
        })
    }

    /// The record's new form, and the user's list moved along with it.
    pub(super) fn step(
        &self,
        read: &Read<Session>,
        user: &Read<UserSessions>,
        next: &Session,
        now: Timestamp,
    ) -> Change {
        let mut list = user.value.clone().unwrap_or_default();
        list.renew(next);
        let end = list.last_end().unwrap_or(next.expires_at);
        Change::default()
            .put(read, next, self.limits.left(next.expires_at, now))
            .put(user, &list, self.limits.left(end, now))
    }
}
