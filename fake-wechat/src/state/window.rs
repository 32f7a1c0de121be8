//! Counting within minutes, days and months.

use std::time::Duration;

use service_kit::Timestamp;

/// How many times something happened in the latest window.
#[derive(Clone, Copy, Default)]
pub(crate) struct Window {
    number: u64,
    count: u64,
}

impl Window {
    /// Counts one more in the window of this number.
    pub(crate) fn add(&mut self, number: u64) {
        *self = Self {
            number,
            count: self.count(number).saturating_add(1),
        };
    }

    /// How many there were in the window of this number.
    pub(crate) fn count(&self, number: u64) -> u64 {
        if self.number == number { self.count } else { 0 }
    }
}

/// The number of a calendar minute.
pub(crate) fn minute(now: Timestamp) -> u64 {
    now.unix_seconds() / 60
}

/// China's midnight is eight hours before that of UTC.
const EIGHT_HOURS: Duration = Duration::from_hours(8);

/// The number of a day, which begins at midnight in China.
pub(crate) fn day(now: Timestamp) -> u64 {
    now.plus(EIGHT_HOURS).unix_seconds() / 86_400
}

/// The number of a calendar month of China.
pub(crate) fn month(now: Timestamp) -> u64 {
    let seconds = i64::try_from(now.plus(EIGHT_HOURS).unix_seconds()).unwrap_or(i64::MAX);
    let there = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX);
    let date = jiff::tz::TimeZone::UTC.to_datetime(there).date();
    u64::from(date.year().unsigned_abs()) * 12 + u64::from(date.month().unsigned_abs())
}
