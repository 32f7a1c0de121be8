//! Counting within minutes, days and months.

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

/// The number of a day, which begins at midnight in China.
pub(crate) fn day(now: Timestamp) -> u64 {
    const EIGHT_HOURS: u64 = 8 * 3_600;
    (now.unix_seconds() + EIGHT_HOURS) / 86_400
}
