//! What WeChat says when it refuses, made fit for a log.

use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

/// The most of an errmsg that is looked at, in characters.
const READ: usize = 512;
/// The most of an errmsg that is kept, in characters.
const KEPT: usize = 200;
/// So many bytes in a row of what we sent are hidden; fewer tell nothing.
const RUN: usize = 6;

/// A refusal in WeChat's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("errcode {errcode}: {errmsg} (rid {})", .rid.as_deref().unwrap_or("none"))]
pub struct Refusal {
    /// WeChat's number for the reason.
    pub errcode: i64,
    /// WeChat's text for humans, without the rid: at most 200 characters, one line, and with `*`
    /// for every part of the secret or the code. Nothing may depend on it.
    pub errmsg: String,
    /// WeChat's name for the request, which its support asks for: three groups of eight hex
    /// digits, the first being the time in Unix seconds.
    pub rid: Option<String>,
}

impl Refusal {
    pub(crate) fn new(errcode: i64, errmsg: &str, sent: &Sent) -> Self {
        let start: String = errmsg.chars().take(READ).collect();
        let hidden = sent.hide(&start);
        let (text, rid) = split(&hidden);
        Self {
            errcode,
            errmsg: text.chars().take(KEPT).map(plain).collect(),
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

/// Letters, digits, ASCII punctuation and blanks; nothing that moves a cursor or turns a line.
fn plain(c: char) -> char {
    if c.is_alphanumeric() || c.is_ascii_graphic() || c == ' ' {
        c
    } else {
        '?'
    }
}

/// What a request carried that must not come back in an error, in the spellings WeChat may echo.
pub(crate) struct Sent([Zeroizing<String>; 4]);

impl Sent {
    pub(crate) fn new(secret: &str, code: &str) -> Self {
        let as_is = |text: &str| Zeroizing::new(text.to_owned());
        let in_url = |text: &str| Zeroizing::new(byte_serialize(text.as_bytes()).collect());
        Self([as_is(secret), in_url(secret), as_is(code), in_url(code)])
    }

    /// The text, as long as before, with `*` for each character of what was sent.
    fn hide(&self, text: &str) -> String {
        let echoed = self.echoed(text.as_bytes());
        text.char_indices()
            .map(|(at, c)| {
                let seen = echoed[at..at + c.len_utf8()].contains(&true);
                if seen { '*' } else { c }
            })
            .collect()
    }

    /// Which bytes of the text belong to a run of what was sent.
    fn echoed(&self, text: &[u8]) -> Vec<bool> {
        let mut echoed = vec![false; text.len()];
        for sent in self.0.iter().filter(|sent| !sent.is_empty()) {
            let run = sent.len().min(RUN);
            for (at, part) in text.windows(run).enumerate() {
                if sent
                    .as_bytes()
                    .windows(run)
                    .any(|piece| piece.eq_ignore_ascii_case(part))
                {
                    echoed[at..at + run].fill(true);
                }
            }
        }
        echoed
    }
}
