//! The life of one session.
//!
//! A refresh makes no new record: it advances the generation, and whoever asks meanwhile gets the
//! same successor. The record carries its own limits, and every question takes `now`: what the store
//! believes about expiry is of no account.
use std::time::Duration;

use service_kit::Timestamp;
use uuid::Uuid;

use super::{AppId, Claims, Device, OpenId, SessionId, UnionId, UserTag};

/// How long things last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the last step to the end.
    pub ttl: Duration,
    /// From the last step to the client's next refresh.
    pub refresh_after: Duration,
    /// From login to the end, whatever happens.
    pub absolute_ttl: Duration,
    /// How long a predecessor still passes, and a successor is not stepped again.
    pub grace: Duration,
    /// Sessions per user of an app; the oldest goes.
    pub per_user: usize,
}

impl Limits {
    /// How long something that ends at `end` is of use from `now` on. Never longer than a session
    /// lasts, even where the clock was put back.
    #[must_use]
    pub fn left(&self, end: Timestamp, now: Timestamp) -> Duration {
        end.since(now).min(self.ttl)
    }
}

/// What a login knows when it opens a session.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The new session's id.
    pub id: SessionId,
    /// Its user, in store keys.
    pub tag: UserTag,
    /// The mini-program.
    pub appid: AppId,
    /// The user there.
    pub openid: OpenId,
    /// The user across the owner's apps.
    pub unionid: Option<UnionId>,
    /// The user's account.
    pub user_id: Uuid,
    /// Ids that the account had before merges, as of the login.
    pub former_ids: Vec<Uuid>,
    /// The revocation log's number when the login began.
    pub since: u64,
    /// The device's label.
    pub device: Device,
}

/// One session, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Its user, in store keys.
    pub tag: UserTag,
    /// The mini-program.
    pub appid: AppId,
    /// The user there.
    pub openid: OpenId,
    /// The user across the owner's apps.
    pub unionid: Option<UnionId>,
    /// The user's account.
    pub user_id: Uuid,
    /// Ids that the account had before merges, as of the login.
    pub former_ids: Vec<Uuid>,
    /// The revocation log's number when the login began.
    pub since: u64,
    /// The device's label.
    pub device: Device,
    /// How many refreshes there were.
    pub generation: u32,
    /// The number of the token key that signs this generation.
    pub key: u8,
    /// Whether this generation's token was seen.
    pub presented: bool,
    /// When the login was.
    pub issued_at: Timestamp,
    /// When this generation was made.
    pub stepped_at: Timestamp,
    /// When it ends unless refreshed.
    pub expires_at: Timestamp,
    /// When it ends whatever happens.
    pub absolute_expires_at: Timestamp,
}

/// What becomes of a presented token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presented {
    /// It passes, until then.
    Passes {
        /// The end of the token, or of its grace.
        until: Timestamp,
        /// What the record should become: this use was the generation's first, or showed that the
        /// store had lost a step.
        becomes: Option<Box<Session>>,
    },
    /// Its time is over.
    Expired,
}

/// What becomes of a token presented for refreshing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refreshed {
    /// The answer is the token of this record, which is stored already.
    Stands(Session),
    /// The answer is the token of this record, once it is stored.
    Becomes(Session),
    /// An old token came back after its successor was used: somebody has a copy.
    Reused,
    /// Its time is over.
    Expired,
}

impl Session {
    /// A session that begins now, signed with token key number `key`.
    #[must_use]
    pub fn open(opening: Opening, key: u8, limits: &Limits, now: Timestamp) -> Self {
        let Opening {
            id,
            tag,
            appid,
            openid,
            unionid,
            user_id,
            former_ids,
            since,
            device,
        } = opening;
        let absolute_expires_at = now.plus(limits.absolute_ttl);
        Self {
            id,
            tag,
            appid,
            openid,
            unionid,
            user_id,
            former_ids,
            since,
            device,
            generation: 0,
            key,
            presented: false,
            issued_at: now,
            stepped_at: now,
            expires_at: now.plus(limits.ttl).min(absolute_expires_at),
            absolute_expires_at,
        }
    }

    /// What the current generation's token says.
    #[must_use]
    pub fn claims(&self) -> Claims {
        Claims {
            key: self.key,
            tag: self.tag,
            id: self.id,
            generation: self.generation,
        }
    }

    /// Whether the session is within its own limits.
    #[must_use]
    pub fn live_at(&self, now: Timestamp) -> bool {
        now < self.expires_at && now < self.absolute_expires_at
    }

    /// Whether a token that says `claims` passes now.
    #[must_use]
    pub fn present(&self, claims: &Claims, limits: &Limits, now: Timestamp) -> Presented {
        if !self.live_at(now) {
            return Presented::Expired;
        }
        if claims.generation > self.generation {
            let ahead = self.caught_up(claims, limits, now);
            return Presented::Passes {
                until: ahead.expires_at,
                becomes: Some(Box::new(ahead)),
            };
        }
        if claims.generation == self.generation {
            let becomes = (!self.presented).then(|| Box::new(self.seen()));
            return Presented::Passes {
                until: self.expires_at,
                becomes,
            };
        }
        let until = self.grace_end(limits).min(self.expires_at);
        if self.is_predecessor(claims) && self.in_grace(limits, now) && now < until {
            return Presented::Passes {
                until,
                becomes: None,
            };
        }
        Presented::Expired
    }

    /// What a refresh with a token that says `claims` gives now; a new generation is signed with
    /// token key number `key`.
    #[must_use]
    pub fn refresh(&self, claims: &Claims, key: u8, limits: &Limits, now: Timestamp) -> Refreshed {
        if !self.live_at(now) {
            return Refreshed::Expired;
        }
        if claims.generation > self.generation {
            return Refreshed::Becomes(self.caught_up(claims, limits, now));
        }
        let in_grace = self.in_grace(limits, now);
        if claims.generation == self.generation {
            return match (self.generation > 0 && in_grace, self.presented) {
                (true, true) => Refreshed::Stands(self.clone()),
                (true, false) => Refreshed::Becomes(self.seen()),
                (false, _) => Refreshed::Becomes(self.stepped(key, limits, now)),
            };
        }
        if self.is_predecessor(claims) && (in_grace || !self.presented) {
            return Refreshed::Stands(self.clone());
        }
        Refreshed::Reused
    }

    fn is_predecessor(&self, claims: &Claims) -> bool {
        claims.generation.checked_add(1) == Some(self.generation)
    }

    fn grace_end(&self, limits: &Limits) -> Timestamp {
        self.stepped_at.plus(limits.grace)
    }

    /// A step that is still to come was made before the clock was put back, who knows how long ago.
    fn in_grace(&self, limits: &Limits, now: Timestamp) -> bool {
        now < self.grace_end(limits) && self.stepped_at.since(now) < limits.grace
    }

    fn seen(&self) -> Self {
        Self {
            presented: true,
            ..self.clone()
        }
    }

    fn stepped(&self, key: u8, limits: &Limits, now: Timestamp) -> Self {
        Self {
            generation: self.generation.saturating_add(1),
            key,
            presented: false,
            ..self.prolonged(limits, now)
        }
    }

    /// The store lost a step: a genuine token is ahead of its record.
    fn caught_up(&self, claims: &Claims, limits: &Limits, now: Timestamp) -> Self {
        Self {
            generation: claims.generation,
            key: claims.key,
            presented: true,
            ..self.prolonged(limits, now)
        }
    }

    /// Where the clock was put back since the last step, the absolute end moves back with it: what was
    /// left then is what is left now. What passed since then nobody knows: at most `ttl`.
    fn prolonged(&self, limits: &Limits, now: Timestamp) -> Self {
        let left = self.absolute_expires_at.since(self.stepped_at);
        let absolute_expires_at = self.absolute_expires_at.min(now.plus(left));
        Self {
            stepped_at: now,
            expires_at: now.plus(limits.ttl).min(absolute_expires_at),
            absolute_expires_at,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests;
