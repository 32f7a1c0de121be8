//! What is kept per user of an app: their sessions, and the ring of their sealed `session_keys`.
use std::time::Duration;

use service_kit::Timestamp;

use super::{Session, SessionId};

/// The newest key and at most two displaced ones.
const RING: usize = 3;

/// One line of a user's list of sessions. What else there is to know stands in the session's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Which session.
    pub id: SessionId,
    /// When it ends unless refreshed.
    pub expires_at: Timestamp,
}

impl From<&Session> for Listed {
    fn from(session: &Session) -> Self {
        Self {
            id: session.id,
            expires_at: session.expires_at,
        }
    }
}

/// One sealed `session_key`; only crypto-service can open it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingEntry {
    /// The sealed key.
    pub sealed: Vec<u8>,
    /// Equal for equal keys.
    pub fingerprint: Vec<u8>,
    /// When a newer key took its place. None: it is the newest.
    pub displaced_at: Option<Timestamp>,
}

/// A user's sessions and keys in one app.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserSessions {
    sessions: Vec<Listed>,
    ring: Vec<RingEntry>,
}

impl UserSessions {
    /// What the store kept.
    #[must_use]
    pub fn restore(sessions: Vec<Listed>, ring: Vec<RingEntry>) -> Self {
        Self { sessions, ring }
    }

    /// The sessions, in the order of their logins.
    #[must_use]
    pub fn sessions(&self) -> &[Listed] {
        &self.sessions
    }

    /// The keys, newest first.
    #[must_use]
    pub fn ring(&self) -> &[RingEntry] {
        &self.ring
    }

    /// When the last session ends: until then this must be kept.
    #[must_use]
    pub fn last_end(&self) -> Option<Timestamp> {
        self.sessions.iter().map(|listed| listed.expires_at).max()
    }

    /// Adds a session; answers those that must go because there are more than `limit`: never the new
    /// one, even where a clock that was put back makes it look older than the others.
    #[must_use]
    pub fn add(&mut self, session: &Session, limit: usize, now: Timestamp) -> Vec<SessionId> {
        // Written before, perhaps: then the swap had happened, and its answer was lost.
        self.sessions
            .retain(|listed| now < listed.expires_at && listed.id != session.id);
        let surplus = (self.sessions.len() + 1).saturating_sub(limit.max(1));
        let surplus = self.sessions.drain(..surplus).map(|listed| listed.id);
        let surplus = surplus.collect();
        self.sessions.push(Listed::from(session));
        surplus
    }

    /// Takes over a session's new end; lists it again if the list had lost it.
    pub fn renew(&mut self, session: &Session) {
        let mut known = self.sessions.iter_mut();
        if let Some(listed) = known.find(|listed| listed.id == session.id) {
            *listed = Listed::from(session);
        } else {
            self.sessions.push(Listed::from(session));
        }
    }

    /// Takes a session off the list.
    pub fn remove(&mut self, id: SessionId) {
        self.sessions.retain(|listed| listed.id != id);
    }

    /// Puts the key of the latest login in front.
    ///
    /// WeChat may hand out the same key again: an equal one takes its place in front, none is kept
    /// twice. A displaced key is kept for `useful`: older data fails its watermark anyway.
    pub fn push_key(&mut self, newest: RingEntry, useful: Duration, now: Timestamp) {
        self.ring
            .retain(|entry| entry.fingerprint != newest.fingerprint);
        for entry in &mut self.ring {
            entry.displaced_at.get_or_insert(now);
        }
        self.ring
            .retain(|entry| entry.displaced_at.is_some_and(|at| now.since(at) < useful));
        self.ring.insert(0, newest);
        self.ring.truncate(RING);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USEFUL: Duration = Duration::from_mins(6);

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds)
    }

    fn key(name: u8) -> RingEntry {
        RingEntry {
            sealed: vec![name],
            fingerprint: vec![name],
            displaced_at: None,
        }
    }

    fn names(user: &UserSessions) -> Vec<u8> {
        user.ring().iter().map(|entry| entry.sealed[0]).collect()
    }

    #[test]
    fn a_displaced_key_stays_useful_for_a_while() {
        let mut user = UserSessions::default();
        user.push_key(key(1), USEFUL, at(0));
        user.push_key(key(2), USEFUL, at(1000));
        assert_eq!(names(&user), [2, 1]);
        user.push_key(key(3), USEFUL, at(1359));
        assert_eq!(names(&user), [3, 2, 1]);
        user.push_key(key(4), USEFUL, at(1360));
        assert_eq!(names(&user), [4, 3, 2]);
    }

    #[test]
    fn the_newest_session_stays_whatever_the_clock_says() {
        let limits = crate::domain::Limits {
            ttl: USEFUL,
            refresh_after: USEFUL,
            absolute_ttl: USEFUL,
            grace: USEFUL,
            per_user: 2,
        };
        let session = |name, now| {
            let opening = crate::domain::Opening {
                id: SessionId::from_bytes([name; 16]),
                tag: crate::domain::UserTag::from_bytes([0; 8]),
                appid: crate::domain::AppId::parse("wx1").unwrap(),
                former_ids: Vec::new(),
                openid: crate::domain::OpenId::new("o".to_owned()),
                unionid: None,
                user_id: uuid::Uuid::nil(),
                since: 0,
                device: crate::domain::Device::default(),
            };
            Session::open(opening, 0, &limits, now)
        };
        let mut user = UserSessions::default();
        let oldest = session(1, at(1001));
        for (name, put_back_to) in [(1, 1001), (2, 1002), (3, 5)] {
            let now = at(put_back_to);
            let gone = user.add(&session(name, now), limits.per_user, now);
            assert!(gone.is_empty() || gone == [oldest.id]);
        }
        let ids: Vec<_> = user.sessions().iter().map(|listed| listed.id).collect();
        assert_eq!(ids, [2, 3].map(|name| SessionId::from_bytes([name; 16])));
    }

    #[test]
    fn an_equal_key_is_renewed_not_repeated() {
        let mut user = UserSessions::default();
        for (name, second) in [(1, 0), (2, 10), (1, 20)] {
            user.push_key(key(name), USEFUL, at(second));
        }
        assert_eq!(names(&user), [1, 2]);
        assert_eq!(user.ring()[0].displaced_at, None);
        assert_eq!(user.ring()[1].displaced_at, Some(at(20)));
    }

    #[test]
    fn at_most_two_displaced_keys_are_kept() {
        let mut user = UserSessions::default();
        (1..=5).for_each(|name| user.push_key(key(name), USEFUL, at(0)));
        assert_eq!(names(&user), [5, 4, 3]);
    }
}
