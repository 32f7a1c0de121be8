//! What a request carried, kept out of what comes back.

use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

/// So many bytes in a row of what we sent are hidden; fewer tell nothing.
const RUN: usize = 6;

/// What a request carried that must not come back in an error, in the spellings WeChat may echo.
#[derive(Default)]
pub(crate) struct Sent(Vec<Zeroizing<String>>);

impl Sent {
    /// Hides this text from now on, as it is, in a URL and in JSON.
    pub(crate) fn hide(&mut self, text: &str) {
        let in_url: String = byte_serialize(text.as_bytes()).collect();
        let in_json = serde_json::Value::from(text).to_string();
        let in_json = in_json[1..in_json.len() - 1].to_owned();
        for spelling in [text.to_owned(), in_url, in_json] {
            let spelling = Zeroizing::new(spelling);
            if !spelling.is_empty() && !self.0.contains(&spelling) {
                self.0.push(spelling);
            }
        }
    }

    /// The text, as long as before, with `*` for each character of what was sent.
    pub(crate) fn strike_from(&self, text: &str) -> String {
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
        for sent in &self.0 {
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
