//! Reads single fields of an answer. The field's name goes into the error, its value never.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{answer, garbage::Garbage};

/// The longest id that is believed, in characters; genuine ones have 28.
const ID_LIMIT: usize = 128;

/// A field that may be absent or null, unread.
pub(crate) type Raw<'a> = Option<&'a RawValue>;

/// A field's value, if it is of this type.
pub(crate) fn value<T: DeserializeOwned>(raw: &RawValue) -> Option<T> {
    serde_json::from_str(raw.get()).ok()
}

/// A whole number, or a string of an optional minus and digits.
pub(crate) fn whole(raw: &RawValue) -> Option<i64> {
    let spelt = || {
        value::<String>(raw)
            .filter(|text| !text.starts_with('+'))?
            .parse()
            .ok()
    };
    value(raw).or_else(spelt)
}

/// The field, which must be there.
pub(crate) fn needed<'a>(name: &'static str, raw: Raw<'a>) -> Result<&'a RawValue, Garbage> {
    raw.ok_or(Garbage::Missing(name))
}

/// The value that `read` finds in a field that must be there.
pub(crate) fn read<T>(
    name: &'static str,
    raw: Raw<'_>,
    read: impl FnOnce(&RawValue) -> Option<T>,
) -> Result<T, Garbage> {
    read(needed(name, raw)?).ok_or(Garbage::Malformed(name))
}

/// The fields of an object within the answer.
pub(crate) fn object<'a, T: Deserialize<'a>>(
    name: &'static str,
    raw: Raw<'a>,
) -> Result<T, Garbage> {
    answer::object(needed(name, raw)?.get().as_bytes()).map_err(|_| Garbage::Malformed(name))
}

/// 1 to 128 of `A-Z a-z 0-9 _ -`.
pub(crate) fn id(name: &'static str, raw: Raw<'_>) -> Result<String, Garbage> {
    read(name, raw, |raw| value(raw).filter(|id: &String| is_id(id)))
}

/// An id that need not be there; empty means none.
pub(crate) fn optional_id(name: &'static str, raw: Raw<'_>) -> Result<Option<String>, Garbage> {
    let is_empty = |raw: &RawValue| value::<String>(raw).is_some_and(|text| text.is_empty());
    if raw.is_none_or(is_empty) {
        return Ok(None);
    }
    id(name, raw).map(Some)
}

/// Printable ASCII of 1 to `limit` characters.
pub(crate) fn text(name: &'static str, raw: Raw<'_>, limit: usize) -> Result<String, Garbage> {
    let fits = |text: &String| {
        (1..=limit).contains(&text.len()) && text.bytes().all(|b| matches!(b, b' '..=b'~'))
    };
    read(name, raw, |raw| value(raw).filter(fits))
}

/// A whole number, not negative.
pub(crate) fn count(name: &'static str, raw: Raw<'_>) -> Result<u64, Garbage> {
    read(name, raw, |raw| u64::try_from(whole(raw)?).ok())
}

/// A number of seconds, not negative.
pub(crate) fn seconds(name: &'static str, raw: Raw<'_>) -> Result<Duration, Garbage> {
    count(name, raw).map(Duration::from_secs)
}

/// A moment, in Unix seconds.
pub(crate) fn moment(name: &'static str, raw: Raw<'_>) -> Result<SystemTime, Garbage> {
    let since = seconds(name, raw)?;
    UNIX_EPOCH
        .checked_add(since)
        .ok_or(Garbage::Malformed(name))
}

fn is_id(text: &str) -> bool {
    let is_id_byte = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    (1..=ID_LIMIT).contains(&text.len()) && text.bytes().all(is_id_byte)
}
