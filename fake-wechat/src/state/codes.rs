//! Codes that a phone was given: single use, five minutes.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use service_kit::Timestamp;

use crate::{random, state::users::UserId};

/// A code older than this is dead.
const LIFE: Duration = Duration::from_mins(5);
/// Beyond this many live codes the oldest is forgotten.
const MOST_CODES: usize = 200_000;

/// What a code is good for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Made by `wx.login`.
    Login,
    /// Made by the phone number button.
    Phone,
    /// Made by `wx.pluginLogin`.
    Plugin,
}

/// A code's story.
pub(crate) struct Code {
    pub(crate) kind: Kind,
    pub(crate) user: UserId,
    pub(crate) used: bool,
    pub(crate) made: Timestamp,
}

impl Code {
    pub(crate) fn expired(&self, now: Timestamp) -> bool {
        now.since(self.made) > LIFE
    }
}

/// The codes of the last minutes.
#[derive(Default)]
pub(crate) struct Codes {
    by_text: HashMap<String, Code>,
    oldest_first: VecDeque<String>,
}

impl Codes {
    /// Makes a code for `user`, and forgets those that expired.
    pub(crate) fn make(&mut self, kind: Kind, user: UserId, now: Timestamp) -> String {
        self.sweep(now);
        let text = match kind {
            Kind::Login | Kind::Plugin => random::login_code(),
            Kind::Phone => random::phone_code(),
        };
        self.oldest_first.push_back(text.clone());
        self.by_text.insert(
            text.clone(),
            Code {
                kind,
                user,
                used: false,
                made: now,
            },
        );
        text
    }

    pub(crate) fn get(&self, text: &str) -> Option<&Code> {
        self.by_text.get(text)
    }

    pub(crate) fn mark_used(&mut self, text: &str) {
        if let Some(code) = self.by_text.get_mut(text) {
            code.used = true;
        }
    }

    fn sweep(&mut self, now: Timestamp) {
        while let Some(oldest) = self.oldest_first.front() {
            let expired = self
                .by_text
                .get(oldest)
                .is_none_or(|code| code.expired(now));
            if !expired && self.oldest_first.len() < MOST_CODES {
                return;
            }
            self.by_text.remove(oldest);
            self.oldest_first.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expired_codes_are_swept_when_one_is_made() {
        let (mut codes, start) = (Codes::default(), Timestamp::from_unix_millis(0));
        let user = UserId::new("wx", "o");
        codes.make(Kind::Login, user.clone(), start);
        codes.make(Kind::Phone, user.clone(), start.plus(LIFE));
        codes.make(
            Kind::Login,
            user,
            start.plus(LIFE + Duration::from_millis(1)),
        );
        assert_eq!((codes.by_text.len(), codes.oldest_first.len()), (2, 2));
    }
}
