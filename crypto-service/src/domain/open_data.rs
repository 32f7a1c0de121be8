//! What WeChat encrypted, and whether it may be believed.
use std::time::Duration;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use service_kit::Timestamp;
use subtle::ConstantTimeEq;

use super::{Owner, Rejected, json_object::Object};

/// How far WeChat's clock may be ahead of ours.
const SKEW: Duration = Duration::from_mins(1);

/// How long a key may still open data after another one displaced it: what it encrypted later than
/// that ago fails the watermark.
#[must_use]
pub fn useful_when_displaced(max_age: Duration) -> Duration {
    max_age.saturating_add(SKEW)
}

/// One JSON object, and the members of it that we judge.
pub struct OpenData {
    json: String,
    members: Members,
}

/// A repeated member is refused: two readers might pick different ones.
#[derive(Deserialize)]
struct Members {
    #[serde(default)]
    watermark: Option<Object<Watermark>>,
    #[serde(default, rename = "openId", deserialize_with = "present")]
    open_id: Option<Value>,
}

#[derive(Deserialize)]
struct Watermark {
    #[serde(default)]
    appid: Value,
    #[serde(default)]
    timestamp: Value,
}

/// A member that is there, even if it is null.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

impl OpenData {
    pub(super) fn read(text: Vec<u8>) -> Result<Self, Rejected> {
        let json = String::from_utf8(text).map_err(|_| Rejected::BadUtf8)?;
        let read = serde_json::from_str::<Object<Members>>(&json);
        let Object(members) = read.map_err(|_| Rejected::BadJson)?;
        Ok(Self { json, members })
    }

    /// The text as WeChat wrote it.
    #[must_use]
    pub fn into_json(self) -> String {
        self.json
    }

    /// Passes when the watermark names the mini-program `appid`.
    ///
    /// # Errors
    /// When it is missing or names another.
    pub fn check_appid(&self, appid: &str) -> Result<(), Rejected> {
        let watermark = self.members.watermark.as_ref();
        let named = watermark.and_then(|Object(watermark)| watermark.appid.as_str());
        pass(is(named, appid), Rejected::WatermarkMismatch)
    }

    /// Passes when the watermark's time is at most `max_age` before `now`, or 60 s after.
    ///
    /// # Errors
    /// When it is missing, no whole number of seconds, or outside the window.
    pub fn check_time(&self, now: Timestamp, max_age: Duration) -> Result<(), Rejected> {
        let watermark = self.members.watermark.as_ref();
        let seconds = watermark.and_then(|Object(watermark)| watermark.timestamp.as_u64());
        let made = Timestamp::from_unix_seconds(seconds.ok_or(Rejected::WatermarkStale)?);
        let inside = made <= now.plus(SKEW) && now.since(made) <= max_age;
        pass(inside, Rejected::WatermarkStale)
    }

    /// Passes when the data is not about a user other than `openid`.
    ///
    /// # Errors
    /// When it has an `openId` that differs.
    pub fn check_openid(&self, openid: &str) -> Result<(), Rejected> {
        match &self.members.open_id {
            None => Ok(()),
            Some(named) => pass(is(named.as_str(), openid), Rejected::OpenidMismatch),
        }
    }
}

fn is(named: Option<&str>, expected: &str) -> bool {
    named.is_some_and(|named| named.as_bytes().ct_eq(expected.as_bytes()).into())
}

fn pass(passes: bool, rejected: Rejected) -> Result<(), Rejected> {
    if passes { Ok(()) } else { Err(rejected) }
}

/// What must be true of opened data.
pub struct Rules<'a> {
    /// Whom it must be made for.
    pub owner: &'a Owner,
    /// The time.
    pub now: Timestamp,
    /// The oldest watermark that is accepted.
    pub max_age: Duration,
}

impl Rules<'_> {
    /// The JSON text of data that passes.
    ///
    /// # Errors
    /// When the watermark's appid, its time or the openId is wrong, in this order.
    pub fn accept(&self, data: OpenData) -> Result<String, Rejected> {
        data.check_appid(self.owner.appid())?;
        data.check_time(self.now, self.max_age)?;
        data.check_openid(self.owner.openid())?;
        Ok(data.into_json())
    }
}

#[cfg(test)]
mod tests;
