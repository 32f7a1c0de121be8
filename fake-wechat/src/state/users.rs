//! The invented users, and when their `session_key` changes.

use std::{collections::HashMap, time::Duration};

use service_kit::Timestamp;

use crate::{random, session_key::SessionKey};

/// More users than this are refused, so that a fake left running stays small.
const MOST_USERS: usize = 500_000;

/// A user of one app. The same person has another openid in another app.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct UserId {
    pub(crate) appid: String,
    pub(crate) openid: String,
}

impl UserId {
    pub(crate) fn new(appid: &str, openid: &str) -> Self {
        Self {
            appid: appid.to_owned(),
            openid: openid.to_owned(),
        }
    }
}

/// What WeChat knows of a user.
pub(crate) struct User {
    pub(crate) unionid: Option<String>,
    pub(crate) phone: String,
    pub(crate) nickname: Option<String>,
    pub(crate) blocked: bool,
    key: SessionKey,
    key_planted: bool,
    key_made: Timestamp,
    minute: Minute,
}

/// How many calls a calendar minute has seen.
#[derive(Default)]
struct Minute {
    number: u64,
    calls: u32,
}

impl User {
    pub(crate) fn invented(now: Timestamp) -> Self {
        Self {
            unionid: Some(random::openid()),
            phone: random::phone_number(),
            nickname: None,
            blocked: false,
            key: SessionKey::random(),
            key_planted: false,
            key_made: now,
            minute: Minute::default(),
        }
    }

    /// The one `session_key` that is valid now.
    pub(crate) fn key(&self) -> &SessionKey {
        &self.key
    }

    /// Sets the key. It stays, whatever codes are made, until [`rotate_key`](Self::rotate_key).
    pub(crate) fn plant_key(&mut self, key: SessionKey, now: Timestamp) {
        self.key = key;
        self.key_planted = true;
        self.key_made = now;
    }

    /// Replaces the key at once, a planted one too.
    pub(crate) fn rotate_key(&mut self, now: Timestamp) {
        self.key = SessionKey::random();
        self.key_planted = false;
        self.key_made = now;
    }

    /// What a new login code does to the key: replaces it, unless planted or younger than `least_age`.
    pub(crate) fn login_code_made(&mut self, now: Timestamp, least_age: Duration) {
        if !self.key_planted && now.since(self.key_made) >= least_age {
            self.rotate_key(now);
        }
    }

    /// Counts a call; false when it is one too many within this calendar minute.
    pub(crate) fn count_call(&mut self, now: Timestamp, limit: u32) -> bool {
        let number = now.unix_seconds() / 60;
        if self.minute.number != number {
            self.minute = Minute { number, calls: 0 };
        }
        self.minute.calls = self.minute.calls.saturating_add(1);
        self.minute.calls <= limit
    }
}

/// There is no room for another user.
#[derive(Debug, thiserror::Error)]
#[error("this fake holds no more than {MOST_USERS} users")]
pub(crate) struct TooManyUsers;

/// All users of all apps.
#[derive(Default)]
pub(crate) struct Users(HashMap<UserId, User>);

impl Users {
    pub(crate) fn get(&self, id: &UserId) -> Option<&User> {
        self.0.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &UserId) -> Option<&mut User> {
        self.0.get_mut(id)
    }

    /// The user of this id, invented now if there was none.
    pub(crate) fn get_or_invent(
        &mut self,
        id: UserId,
        now: Timestamp,
    ) -> Result<&mut User, TooManyUsers> {
        if self.0.len() >= MOST_USERS && !self.0.contains_key(&id) {
            return Err(TooManyUsers);
        }
        Ok(self.0.entry(id).or_insert_with(|| User::invented(now)))
    }
}
