//! The invented users, and when their `session_key` changes.

use std::{borrow::Cow, collections::HashMap, time::Duration};

use service_kit::Timestamp;

use super::{
    encrypt_keys::EncryptKeys,
    window::{self, Window},
};
use crate::{random, session_key::SessionKey};

/// More users than this are refused, so that a fake left running stays small.
const MOST_USERS: usize = 500_000;

const CHINA: &str = "86";

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
    /// Without the prefix of the country.
    pub(crate) phone: String,
    pub(crate) country_code: String,
    pub(crate) nickname: Option<String>,
    pub(crate) blocked: bool,
    pub(crate) encrypt_keys: EncryptKeys,
    /// What plugins know the user by.
    pub(crate) openpids: HashMap<String, String>,
    key: SessionKey,
    key_planted: bool,
    key_made: Timestamp,
    /// When its life began: a reset key goes on with that of the one before.
    key_born: Timestamp,
    key_expired: bool,
    exchanges: Window,
    resets: Window,
}

impl User {
    pub(crate) fn invented(now: Timestamp) -> Self {
        Self {
            unionid: Some(random::openid()),
            phone: random::phone_number(),
            country_code: CHINA.to_owned(),
            nickname: None,
            blocked: false,
            encrypt_keys: EncryptKeys::default(),
            openpids: HashMap::new(),
            key: SessionKey::random(),
            key_planted: false,
            key_made: now,
            key_born: now,
            key_expired: false,
            exchanges: Window::default(),
            resets: Window::default(),
        }
    }

    /// The number as it is dialled from China.
    pub(crate) fn phone_number(&self) -> Cow<'_, str> {
        if self.country_code == CHINA {
            Cow::Borrowed(&self.phone)
        } else {
            Cow::Owned(format!("+{}{}", self.country_code, self.phone))
        }
    }

    /// The one `session_key` that is valid now.
    pub(crate) fn key(&self) -> &SessionKey {
        &self.key
    }

    /// The key, unless its life is over. One that was planted has no end.
    pub(crate) fn live_key(&self, now: Timestamp, life: Option<Duration>) -> Option<&SessionKey> {
        let too_old = life.is_some_and(|life| now.since(self.key_born) >= life);
        let over = self.key_expired || (too_old && !self.key_planted);
        (!over).then_some(&self.key)
    }

    /// Sets the key. It stays, whatever codes are made, until [`rotate_key`](Self::rotate_key).
    pub(crate) fn plant_key(&mut self, key: SessionKey, now: Timestamp) {
        self.renew_key(key, now);
        self.key_planted = true;
    }

    /// Replaces the key at once, a planted one too.
    pub(crate) fn rotate_key(&mut self, now: Timestamp) {
        self.renew_key(SessionKey::random(), now);
    }

    /// Replaces the key; what was left of its life is left of the new one's.
    pub(crate) fn reset_key(&mut self, now: Timestamp) {
        let born = self.key_born;
        self.rotate_key(now);
        self.key_born = born;
    }

    /// Ends the life of the key: for WeChat it is no one's now.
    pub(crate) fn expire_key(&mut self) {
        self.key_expired = true;
    }

    /// What a new login code does to the key: replaces it if it is dead, or neither planted nor younger
    /// than `least_age`.
    pub(crate) fn login_code_made(
        &mut self,
        now: Timestamp,
        least_age: Duration,
        life: Option<Duration>,
    ) {
        let dead = self.live_key(now, life).is_none();
        let old = now.since(self.key_made) >= least_age;
        if dead || (old && !self.key_planted) {
            self.rotate_key(now);
        }
    }

    /// Counts an exchange; false when it is one too many within this calendar minute.
    pub(crate) fn count_exchange(&mut self, now: Timestamp, limit: u32) -> bool {
        count(&mut self.exchanges, now, limit)
    }

    /// Counts a reset of the key; false when it is one too many within this calendar minute.
    pub(crate) fn count_reset(&mut self, now: Timestamp, limit: u32) -> bool {
        count(&mut self.resets, now, limit)
    }

    fn renew_key(&mut self, key: SessionKey, now: Timestamp) {
        self.key = key;
        self.key_planted = false;
        self.key_expired = false;
        self.key_made = now;
        self.key_born = now;
    }
}

fn count(window: &mut Window, now: Timestamp, limit: u32) -> bool {
    let minute = window::minute(now);
    window.add(minute);
    window.count(minute) <= u64::from(limit)
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
