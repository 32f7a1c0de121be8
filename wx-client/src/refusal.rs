//! What WeChat says when it refuses, made fit for a log.

use crate::sent::Sent;

/// The most of an errmsg that is looked at, in characters.
const READ: usize = 512;
/// The most of an errmsg that is kept, in characters.
const KEPT: usize = 200;
/// Words this long are hidden whatever they are: no word of WeChat's own has so many characters,
/// but openids, keys and tokens do.
const OPAQUE: usize = 24;

/// A refusal in WeChat's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("errcode {errcode}: {errmsg} (rid {})", .rid.as_deref().unwrap_or("none"))]
pub struct Refusal {
    /// WeChat's number for the reason.
    pub errcode: i64,
    /// WeChat's text for humans, without the rid: at most 200 characters, one line, and with `*`
    /// for every part of what was sent in confidence and for any word as long as an id. Nothing may depend on it.
    pub errmsg: String,
    /// WeChat's name for the request, which its support asks for: three groups of eight hex
    /// digits, the first being the time in Unix seconds.
    pub rid: Option<String>,
}

impl Refusal {
    pub(crate) fn new(errcode: i64, errmsg: &str, sent: &Sent) -> Self {
        let start: String = errmsg.chars().take(READ).collect();
        let hidden = sent.strike_from(&start);
        let (text, rid) = split(&hidden);
        Self {
            errcode,
            errmsg: without_ids(text).chars().take(KEPT).map(plain).collect(),
            rid: rid.map(str::to_owned),
        }
    }
}

/// Splits the rid off: `<text>, rid: <rid>` under `/sns`, elsewhere without the comma.
fn split(errmsg: &str) -> (&str, Option<&str>) {
    match errmsg.trim_end().rsplit_once("rid: ") {
        Some((text, rid)) if is_rid(rid) => (text.trim_end_matches([' ', ',']), Some(rid)),
        _ => (errmsg, None),
    }
}

fn is_rid(text: &str) -> bool {
    let is_group = |group: &str| {
        group.len() == 8
            && group
                .bytes()
                .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    text.split('-').count() == 3 && text.split('-').all(is_group)
}

/// The text with `*` for each character of a word as long as an id.
fn without_ids(text: &str) -> String {
    let is_of_id = |c: char| c.is_ascii_alphanumeric() || "+/=_-".contains(c);
    let words = text.split_inclusive(|c| !is_of_id(c));
    let hidden = words.map(|word| {
        let id = word.trim_end_matches(|c| !is_of_id(c));
        if id.len() < OPAQUE {
            word.to_owned()
        } else {
            "*".repeat(id.len()) + &word[id.len()..]
        }
    });
    hidden.collect()
}

/// Letters, digits, ASCII punctuation and blanks; nothing that moves a cursor or turns a line.
fn plain(c: char) -> char {
    if c.is_alphanumeric() || c.is_ascii_graphic() || c == ' ' {
        c
    } else {
        '?'
    }
}
