//! Revocation is a durable fact: a numbered row, asked on every use of a token.
use std::collections::HashMap;

use service_kit::Timestamp;

use super::{Session, SessionId, UserTag};

/// What a row ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// One session.
    Session(SessionId),
    /// Every session of a user whose login began before the row.
    User(UserTag),
}

/// Why it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The user logged out.
    Logout,
    /// The user ended one of their sessions from another.
    Kick,
    /// The user logged out everywhere.
    LogoutEverywhere,
    /// An old token came back after its successor was used.
    Reuse,
    /// An operator ended the session, or all of the user's.
    OperatorKick,
    /// An operator keeps the user out.
    Block,
    /// The user's account went into an older one of the same person.
    Merge,
    /// The user's account is no more.
    Erase,
}

const REASONS: [Reason; 8] = [
    Reason::Logout,
    Reason::Kick,
    Reason::LogoutEverywhere,
    Reason::Reuse,
    Reason::OperatorKick,
    Reason::Block,
    Reason::Merge,
    Reason::Erase,
];

impl Reason {
    /// The reason's stable name, in the log and in metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Logout => "logout",
            Self::Kick => "kick",
            Self::LogoutEverywhere => "logout_everywhere",
            Self::Reuse => "reuse",
            Self::OperatorKick => "operator_kick",
            Self::Block => "block",
            Self::Merge => "merge",
            Self::Erase => "erase",
        }
    }

    /// The reason with this name; nothing when a newer version gave one that is not known here.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        REASONS.into_iter().find(|reason| reason.as_str() == name)
    }
}

/// A revocation to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// What ends.
    pub subject: Subject,
    /// Why.
    pub reason: Reason,
    /// When no token it could refuse is alive any more, by the writer's clock. For people: what goes is
    /// decided by how long a row has been there, see [`RevocationView::forget`].
    pub expires_at: Timestamp,
}

/// A revocation as written. Numbers commit in order and are never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its place in the log.
    pub number: u64,
    /// What ended.
    pub subject: Subject,
    /// When it is of no more use, by its writer's clock.
    pub expires_at: Timestamp,
}

/// The live rows, in memory: of each subject, the last one's number.
#[derive(Clone, Debug, Default)]
pub struct RevocationView {
    number: u64,
    sessions: HashMap<SessionId, u64>,
    users: HashMap<UserTag, u64>,
}

impl RevocationView {
    /// How far the log had come when it was last read.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Takes in rows, in the order of their numbers; a row seen before changes nothing. `number` is
    /// how far the log had come when they were read.
    pub fn apply(&mut self, rows: impl IntoIterator<Item = Row>, number: u64) {
        self.number = self.number.max(number);
        for Row {
            number, subject, ..
        } in rows
        {
            match subject {
                Subject::Session(id) => drop(self.sessions.insert(id, number)),
                Subject::User(tag) => {
                    let last = self.users.entry(tag).or_insert(number);
                    *last = number.max(*last);
                }
            }
        }
    }

    /// The log has only come as far as `number` by now: an older database took its place. Rows that it lost
    /// still end what they ended, and no login that comes after.
    pub fn set_back(&mut self, number: u64) {
        self.number = number;
        for last in self.sessions.values_mut().chain(self.users.values_mut()) {
            *last = number.min(*last);
        }
    }

    /// Forgets rows up to `number`, which no live token can meet: they have been there for longer than
    /// any token lives. No calendar decides: one that is wrong for a moment would let ended sessions
    /// come back.
    pub fn forget(&mut self, number: u64) {
        self.sessions.retain(|_, last| *last > number);
        self.users.retain(|_, last| *last > number);
    }

    /// Whether a row names this session.
    #[must_use]
    pub fn ends(&self, id: SessionId) -> bool {
        self.sessions.contains_key(&id)
    }

    /// Whether a row names this user. A session of theirs whose record is gone most likely went by it.
    #[must_use]
    pub fn names(&self, tag: UserTag) -> bool {
        self.users.contains_key(&tag)
    }

    /// Whether a row names this session, or its user after its login began. No clock decides.
    #[must_use]
    pub fn revokes(&self, session: &Session) -> bool {
        let user = self.users.get(&session.tag);
        self.ends(session.id) || user.is_some_and(|number| session.since < *number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AppId, Device, Limits, OpenId, Opening};

    fn session(since: u64) -> Session {
        let hour = std::time::Duration::from_hours(1);
        let limits = Limits {
            ttl: hour,
            refresh_after: hour,
            absolute_ttl: hour,
            grace: hour,
            per_user: 1,
        };
        let opening = Opening {
            id: SessionId::from_bytes([1; 16]),
            tag: UserTag::from_bytes([2; 8]),
            appid: AppId::parse("wx1").unwrap(),
            openid: OpenId::new("o".to_owned()),
            unionid: None,
            user_id: uuid::Uuid::nil(),
            former_ids: Vec::new(),
            since,
            device: Device::default(),
        };
        Session::open(opening, 1, &limits, Timestamp::default())
    }

    fn row(number: u64, subject: Subject) -> Row {
        Row {
            number,
            subject,
            expires_at: Timestamp::default(),
        }
    }

    #[test]
    fn a_users_row_ends_only_earlier_logins() {
        let mut view = RevocationView::default();
        view.apply([row(5, Subject::User(UserTag::from_bytes([2; 8])))], 5);
        assert!(view.revokes(&session(4)));
        assert!(!view.revokes(&session(5)));
    }

    #[test]
    fn rows_that_the_log_lost_end_no_later_login() {
        let (mut view, tag) = (RevocationView::default(), UserTag::from_bytes([2; 8]));
        view.apply([row(5, Subject::User(tag))], 5);
        view.set_back(3);
        assert_eq!(view.number(), 3);
        assert!(view.revokes(&session(2)));
        assert!(!view.revokes(&session(3)));
    }

    #[test]
    fn a_sessions_row_ends_that_session_until_it_is_forgotten() {
        let mut view = RevocationView::default();
        view.apply(
            [row(1, Subject::Session(SessionId::from_bytes([1; 16])))],
            1,
        );
        view.forget(0);
        assert!(view.revokes(&session(9)));
        view.forget(1);
        assert!(!view.revokes(&session(9)));
        assert_eq!(
            view.number(),
            1,
            "numbers are not forgotten with their rows"
        );
    }
}
