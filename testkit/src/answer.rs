//! An HTTP answer, read to its end.
use reqwest::{Response, header::HeaderMap};
use serde_json::Value;

/// An HTTP answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as JSON; null when it is none.
    pub body: Value,
    /// The body as it came.
    pub text: String,
}

impl Answer {
    pub(crate) async fn read(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Self {
            status,
            headers,
            body,
            text,
        }
    }

    /// The answer, if its status is as expected.
    #[track_caller]
    #[expect(
        clippy::must_use_candidate,
        clippy::return_self_not_must_use,
        reason = "it asserts"
    )]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// The problem's code.
    #[must_use]
    #[track_caller]
    pub fn code(&self) -> &str {
        self.body["code"]
            .as_str()
            .unwrap_or_else(|| panic!("no problem: {}", self.text))
    }

    /// The status and the problem's code.
    #[must_use]
    #[track_caller]
    pub fn problem(&self) -> (u16, &str) {
        (self.status, self.code())
    }

    /// The token that a login or refresh gave.
    #[must_use]
    #[track_caller]
    pub fn token(&self) -> String {
        let token = self.body["session_rd"].as_str();
        token
            .unwrap_or_else(|| panic!("no token: {}", self.text))
            .to_owned()
    }

    /// One header; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}
