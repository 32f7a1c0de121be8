//! How often an app may call.

use std::collections::HashMap;

use serde::Deserialize;
use service_kit::Timestamp;

use super::window::{self, Window};
use crate::errcode::Errcode;

/// Of all that have no published one.
const USUAL_DAILY: u64 = 10_000_000;

/// How often a month an app may have all its counts cleared, by whatever way.
const CLEARED_PER_MONTH: u64 = 10;
/// How often a month it may have the count of one path cleared.
const CLEARED_ONE_PER_MONTH: u64 = 50;

/// How often one app may call one path.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// In a calendar minute; beyond it the answer is 45011. Left out: no limit.
    pub per_minute: Option<u64>,
    /// In a day of China; beyond it the answer is 45009. Left out: ten million.
    pub per_day: Option<u64>,
}

/// Counts of one app and path.
#[derive(Default)]
struct Used {
    minute: Window,
    day: Window,
}

/// The limits, and what is used of them.
#[derive(Default)]
pub(crate) struct Quotas {
    limits: HashMap<String, Limit>,
    used: HashMap<(String, String), Used>,
    cleared: HashMap<String, Window>,
    cleared_one: HashMap<String, Window>,
}

/// How an app stands with a path.
pub(crate) struct Standing {
    pub(crate) per_minute: Option<u64>,
    pub(crate) per_day: u64,
    /// Today.
    pub(crate) used: u64,
}

impl Quotas {
    /// Sets the limit of a path, in the place of WeChat's own.
    pub(crate) fn set(&mut self, path: &str, limit: Limit) {
        self.limits.insert(path.to_owned(), limit);
    }

    /// Counts a call, or refuses it.
    pub(crate) fn count(&mut self, appid: &str, path: &str, now: Timestamp) -> Result<(), Errcode> {
        let limit = self.limit(path);
        let used = self
            .used
            .entry((appid.to_owned(), path.to_owned()))
            .or_default();
        let (minute, day) = (window::minute(now), window::day(now));
        if used.day.count(day) >= limit.per_day.unwrap_or(USUAL_DAILY) {
            return Err(Errcode::DAY_QUOTA);
        }
        if limit
            .per_minute
            .is_some_and(|most| used.minute.count(minute) >= most)
        {
            return Err(Errcode::MINUTE_QUOTA);
        }
        used.minute.add(minute);
        used.day.add(day);
        Ok(())
    }

    pub(crate) fn standing(&self, appid: &str, path: &str, now: Timestamp) -> Standing {
        let limit = self.limit(path);
        let used = self.used.get(&(appid.to_owned(), path.to_owned()));
        Standing {
            per_minute: limit.per_minute,
            per_day: limit.per_day.unwrap_or(USUAL_DAILY),
            used: used.map_or(0, |used| used.day.count(window::day(now))),
        }
    }

    /// Begins to count the day of an app anew.
    pub(crate) fn clear(&mut self, appid: &str, now: Timestamp) -> Result<(), Errcode> {
        let cleared = self.cleared.entry(appid.to_owned()).or_default();
        take(cleared, CLEARED_PER_MONTH, now)?;
        let own = self.used.iter_mut().filter(|((own, _), _)| own == appid);
        own.for_each(|(_, used)| used.day = Window::default());
        Ok(())
    }

    /// Begins to count the day of an app and path anew.
    pub(crate) fn clear_one(
        &mut self,
        appid: &str,
        path: &str,
        now: Timestamp,
    ) -> Result<(), Errcode> {
        let cleared = self.cleared_one.entry(appid.to_owned()).or_default();
        take(cleared, CLEARED_ONE_PER_MONTH, now)?;
        if let Some(used) = self.used.get_mut(&(appid.to_owned(), path.to_owned())) {
            used.day = Window::default();
        }
        Ok(())
    }

    fn limit(&self, path: &str) -> Limit {
        self.limits
            .get(path)
            .copied()
            .unwrap_or_else(|| published(path))
    }
}

fn take(cleared: &mut Window, most: u64, now: Timestamp) -> Result<(), Errcode> {
    let month = window::month(now);
    if cleared.count(month) >= most {
        return Err(Errcode::CLEARED_TOO_OFTEN);
    }
    cleared.add(month);
    Ok(())
}

/// What WeChat's pages say.
fn published(path: &str) -> Limit {
    let (per_minute, per_day) = match path {
        "/cgi-bin/token" => (None, Some(2_000)),
        "/cgi-bin/stable_token" => (Some(10_000), Some(500_000)),
        "/wxa/resetusersessionkey" => (Some(60_000), None),
        _ => (None, None),
    };
    Limit {
        per_minute,
        per_day,
    }
}
