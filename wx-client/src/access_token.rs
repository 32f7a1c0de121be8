//! What most calls are authenticated by.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

/// The longest token that is believed, in characters; WeChat asks for room for 512.
const LIMIT: usize = 2048;

/// An app's `access_token`. Whoever has it can call WeChat in the app's name: `Debug` does not
/// show it.
///
/// ```
/// use wx_client::AccessToken;
///
/// let token = AccessToken::parse("wx0123456789abcdef", "87_example".to_owned()).expect("fit");
/// assert!(!format!("{token:?}").contains("87_example"));
/// ```
/// ```compile_fail
/// fn show(_: &impl std::fmt::Display) {}
/// fn leak(token: &wx_client::AccessToken) {
///     show(token);
/// }
/// ```
/// ```compile_fail
/// fn write(_: &impl serde::Serialize) {}
/// fn leak(token: &wx_client::AccessToken) {
///     write(token);
/// }
/// ```
#[derive(Clone, Debug)]
pub struct AccessToken {
    appid: String,
    value: SecretString,
}

impl AccessToken {
    /// The token of the app `appid` spelt by `value`; none unless that is 1 to 2048 printable
    /// ASCII characters without blanks.
    #[must_use]
    pub fn parse(appid: impl Into<String>, value: String) -> Option<Self> {
        let value = SecretString::from(value);
        let text = value.expose_secret();
        let fits = (1..=LIMIT).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self {
            appid: appid.into(),
            value,
        })
    }

    /// The app it belongs to.
    #[must_use]
    pub fn appid(&self) -> &str {
        &self.appid
    }

    /// Its text, for storing it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.value.expose_secret()
    }
}

/// Whether they are one token: the one that failed is dropped only if it is still the one in use.
impl PartialEq for AccessToken {
    fn eq(&self, other: &Self) -> bool {
        self.appid == other.appid && self.expose() == other.expose()
    }
}

impl Eq for AccessToken {}

/// A token as WeChat grants it.
#[derive(Clone, Debug)]
pub struct GrantedToken {
    /// The token.
    pub access_token: AccessToken,
    /// How long it works from now on: at most 7200 s.
    pub expires_in: Duration,
}

/// How `stable_token` is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Renewal {
    /// The current token; a new one only in its last five minutes, when both work.
    #[default]
    WhenDue,
    /// A new token; the current one dies at once. For a token that leaked: WeChat allows 20 a
    /// day, 30 s apart.
    Forced,
}
