//! Which encrypted phone numbers WeChat has handed out.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use service_kit::Timestamp;

/// Older ones are unknown.
const REMEMBERED: Duration = Duration::from_hours(3 * 24);
/// Beyond this many the oldest is forgotten.
const MOST: usize = 100_000;

/// The hashes of the latest, by app.
#[derive(Default)]
pub(crate) struct Messages {
    made: HashMap<(String, String), Timestamp>,
    oldest_first: VecDeque<(String, String)>,
}

impl Messages {
    /// Remembers what an app's client was given.
    pub(crate) fn remember(&mut self, appid: &str, hash: String, now: Timestamp) {
        if self.oldest_first.len() >= MOST
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.made.remove(&oldest);
        }
        let message = (appid.to_owned(), hash);
        self.oldest_first.push_back(message.clone());
        self.made.insert(message, now);
    }

    /// When it was made, if it was made for this app within the last three days.
    pub(crate) fn made(&self, appid: &str, hash: &str, now: Timestamp) -> Option<Timestamp> {
        let made = self.made.get(&(appid.to_owned(), hash.to_owned()));
        made.copied().filter(|made| now.since(*made) <= REMEMBERED)
    }
}
