//! What was asked of WeChat's paths.

use std::collections::VecDeque;

use serde::Serialize;

/// Beyond this many calls the oldest is forgotten.
const MOST_CALLS: usize = 10_000;

/// One call, as it came in. Values are kept of `appid` and `js_code` alone: never a secret.
#[derive(Clone, Serialize)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) appid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) js_code: Option<String>,
    /// Names of all query parameters, in order.
    pub(crate) parameters: Vec<String>,
    /// Names of the members of a JSON body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) members: Vec<String>,
    /// Names of all headers.
    pub(crate) headers: Vec<String>,
    /// Unix milliseconds.
    pub(crate) at: u64,
}

/// The latest calls, oldest first.
#[derive(Default)]
pub(crate) struct Calls(VecDeque<Call>);

impl Calls {
    pub(crate) fn record(&mut self, call: Call) {
        if self.0.len() >= MOST_CALLS {
            self.0.pop_front();
        }
        self.0.push_back(call);
    }

    pub(crate) fn list(&self) -> Vec<Call> {
        self.0.iter().cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_latest_ten_thousand_are_kept() {
        let mut calls = Calls::default();
        for at in 0..=10_000 {
            calls.record(Call {
                method: String::new(),
                path: String::new(),
                appid: None,
                js_code: None,
                parameters: Vec::new(),
                members: Vec::new(),
                headers: Vec::new(),
                at,
            });
        }
        let kept = calls.list();
        assert_eq!(
            (kept.len(), kept[0].at, kept[9_999].at),
            (10_000, 1, 10_000)
        );
    }
}
