//! Access tokens: two families for each app, which leave each other alone.

use std::{collections::HashMap, time::Duration};

use serde::{Deserialize, Serialize};
use service_kit::Timestamp;

use super::window::{self, Window};
use crate::{errcode::Errcode, random};

/// How long a token lives.
const LIFE: Duration = Duration::from_hours(2);
/// How long a token outlives its successor's making; a stable one is replaced in its last minutes.
const OVERLAP: Duration = Duration::from_mins(5);
/// A dead token is known as dead for this long, and then as one that never was.
const REMEMBERED: Duration = Duration::from_hours(24);
/// How often a day a stable token may be replaced by force.
const FORCED_PER_DAY: u64 = 20;
/// Two replacements by force are at least this far apart; the second is else no replacement.
const FORCED_APART: Duration = Duration::from_secs(30);

/// Which call gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Family {
    /// `/cgi-bin/token`.
    Plain,
    /// `/cgi-bin/stable_token`.
    Stable,
}

/// A token on its way to the caller.
pub(crate) struct Given {
    pub(crate) token: String,
    pub(crate) left: Duration,
}

struct Token {
    appid: String,
    family: Family,
    ends: Timestamp,
    /// When it stops to work because of its successor.
    replaced: Option<Timestamp>,
    /// Somebody planned that it is refused with this.
    refused: Option<Errcode>,
}

/// The tokens of one app and family.
#[derive(Default)]
struct Line {
    current: Option<String>,
    asked: u64,
    made: u64,
    forced: Window,
    forced_at: Option<Timestamp>,
}

/// How often an app asked for tokens, and how many were made.
#[derive(Serialize)]
pub(crate) struct Tally {
    appid: String,
    family: Family,
    /// Calls that were answered with a token.
    asked: u64,
    /// Tokens made for them.
    made: u64,
}

/// All tokens of all apps.
#[derive(Default)]
pub(crate) struct Tokens {
    by_text: HashMap<String, Token>,
    lines: HashMap<(String, Family), Line>,
}

impl Tokens {
    /// A new token. The one before lives five minutes more, if that long.
    pub(crate) fn plain(&mut self, appid: &str, now: Timestamp) -> Given {
        self.replace(appid, Family::Plain, now.plus(OVERLAP));
        self.make(appid, Family::Plain, now)
    }

    /// The token there is; in its last five minutes a new one, and both work.
    pub(crate) fn stable(&mut self, appid: &str, now: Timestamp) -> Given {
        match self.current(appid, now) {
            Some(given) if given.left >= OVERLAP => {
                self.line(appid, Family::Stable).asked += 1;
                given
            }
            _ => self.make(appid, Family::Stable, now),
        }
    }

    /// A new token; those before are dead at once. Asked again too soon, the one there is.
    pub(crate) fn forced(&mut self, appid: &str, now: Timestamp) -> Result<Given, Errcode> {
        let line = self.line(appid, Family::Stable);
        if line
            .forced_at
            .is_some_and(|at| now.since(at) < FORCED_APART)
        {
            return Ok(self.stable(appid, now));
        }
        if line.forced.count(window::day(now)) >= FORCED_PER_DAY {
            return Err(Errcode::DAY_QUOTA);
        }
        line.forced.add(window::day(now));
        line.forced_at = Some(now);
        self.replace(appid, Family::Stable, now);
        Ok(self.make(appid, Family::Stable, now))
    }

    /// The app whose token this is, if it works.
    pub(crate) fn judge(&self, text: &str, now: Timestamp) -> Result<&str, Errcode> {
        if !is_well_formed(text) {
            return Err(Errcode::INVALID_ACCESS_TOKEN);
        }
        let token = self.by_text.get(text).ok_or(Errcode::INVALID_CREDENTIAL)?;
        token.works(now).map_or(Ok(token.appid.as_str()), Err)
    }

    /// The app whose token this is or was.
    pub(crate) fn owner(&self, text: &str) -> Option<&str> {
        self.by_text.get(text).map(|token| token.appid.as_str())
    }

    /// From now on refuses the living tokens of this app and family with `errcode`. Unless
    /// `still_given`, the next call for a stable token makes another.
    pub(crate) fn refuse(
        &mut self,
        appid: &str,
        family: Family,
        errcode: Errcode,
        still_given: bool,
    ) {
        for token in self.of(appid, family) {
            token.refused = token.refused.or(Some(errcode));
        }
        if !still_given {
            self.line(appid, family).current = None;
        }
    }

    /// Of each app and family that has asked.
    pub(crate) fn tallies(&self) -> Vec<Tally> {
        let tally = |((appid, family), line): (&(String, Family), &Line)| Tally {
            appid: appid.clone(),
            family: *family,
            asked: line.asked,
            made: line.made,
        };
        self.lines.iter().map(tally).collect()
    }

    fn current(&mut self, appid: &str, now: Timestamp) -> Option<Given> {
        let text = self.line(appid, Family::Stable).current.clone()?;
        let left = self.by_text.get(&text)?.ends.since(now);
        Some(Given { token: text, left })
    }

    fn make(&mut self, appid: &str, family: Family, now: Timestamp) -> Given {
        self.by_text
            .retain(|_, token| now.since(token.ends) < REMEMBERED);
        let text = random::access_token();
        let token = Token {
            appid: appid.to_owned(),
            family,
            ends: now.plus(LIFE),
            replaced: None,
            refused: None,
        };
        self.by_text.insert(text.clone(), token);
        let line = self.line(appid, family);
        line.current = Some(text.clone());
        line.asked += 1;
        line.made += 1;
        Given {
            token: text,
            left: LIFE,
        }
    }

    /// The tokens of this app and family stop to work at `at`, if they have not before.
    fn replace(&mut self, appid: &str, family: Family, at: Timestamp) {
        for token in self.of(appid, family) {
            token.replaced = Some(token.replaced.map_or(at, |before| before.min(at)));
        }
    }

    fn of(&mut self, appid: &str, family: Family) -> impl Iterator<Item = &mut Token> {
        self.by_text
            .values_mut()
            .filter(move |token| token.appid == appid && token.family == family)
    }

    fn line(&mut self, appid: &str, family: Family) -> &mut Line {
        self.lines.entry((appid.to_owned(), family)).or_default()
    }
}

impl Token {
    /// Why it is refused, if it is.
    fn works(&self, now: Timestamp) -> Option<Errcode> {
        if self.refused.is_some() {
            self.refused
        } else if self.replaced.is_some_and(|at| at <= now) {
            Some(Errcode::INVALID_CREDENTIAL)
        } else {
            (self.ends <= now).then_some(Errcode::ACCESS_TOKEN_EXPIRED)
        }
    }
}

/// Two digits, `_`, and letters, digits, `_` and `-`, as many as a token has.
fn is_well_formed(text: &str) -> bool {
    let [first, second, b'_', rest @ ..] = text.as_bytes() else {
        return false;
    };
    text.len() == random::ACCESS_TOKEN_LENGTH
        && first.is_ascii_digit()
        && second.is_ascii_digit()
        && rest
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
