//! Keys that a mini-program and its server share for their own encryption.

use std::{collections::VecDeque, time::Duration};

use serde::Serialize;
use service_kit::Timestamp;

use crate::{random, session_key::SessionKey};

/// How long each lives.
const LIFE: Duration = Duration::from_hours(1);
/// So many are known, dead ones too.
const KNOWN: usize = 3;

/// A user's latest keys, newest first.
#[derive(Default)]
pub(crate) struct EncryptKeys(VecDeque<EncryptKey>);

struct EncryptKey {
    text: String,
    iv: String,
    version: u64,
    made: Timestamp,
}

/// A key as WeChat shows it.
#[derive(Serialize)]
pub(crate) struct KeyInfo<'a> {
    encrypt_key: &'a str,
    version: u64,
    /// Seconds; 0 when dead.
    expire_in: u64,
    iv: &'a str,
    create_time: u64,
}

impl EncryptKeys {
    /// All that are known, the first of them alive: made now if there was none.
    pub(crate) fn list(&mut self, now: Timestamp) -> Vec<KeyInfo<'_>> {
        if self.0.front().is_none_or(|key| key.left(now).is_zero()) {
            self.make(now);
        }
        self.0.iter().map(|key| key.info(now)).collect()
    }

    fn make(&mut self, now: Timestamp) {
        let version = self.0.front().map_or(1, |newest| newest.version + 1);
        self.0.push_front(EncryptKey {
            text: SessionKey::random().text(),
            iv: random::hex(&random::bytes::<8>()),
            version,
            made: now,
        });
        self.0.truncate(KNOWN);
    }
}

impl EncryptKey {
    fn left(&self, now: Timestamp) -> Duration {
        LIFE.saturating_sub(now.since(self.made))
    }

    fn info(&self, now: Timestamp) -> KeyInfo<'_> {
        KeyInfo {
            encrypt_key: &self.text,
            version: self.version,
            expire_in: self.left(now).as_secs(),
            iv: &self.iv,
            create_time: self.made.unix_seconds(),
        }
    }
}
