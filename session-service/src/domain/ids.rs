//! Names of apps, users and sessions.
use std::fmt;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use service_kit::Key;
use sha2::Sha256;

use super::Malformed;

/// A mini-program's id: `wx` and 16 hex digits in the wild; here any short plain word.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AppId(String);

impl AppId {
    /// Takes 1 to 64 letters, digits, `-`, `_` and `*`.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let plain = |c: u8| c.is_ascii_alphanumeric() || b"-_*".contains(&c);
        if (1..=64).contains(&text.len()) && text.bytes().all(plain) {
            return Ok(Self(text.to_owned()));
        }
        Err(Malformed::new("appid", "is not an appid"))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A user's id in one mini-program, as WeChat gave it. Identity rests on nothing else.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OpenId(String);

impl OpenId {
    /// Takes what WeChat's client checked, or what we stored.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text. Personal data: not for logs.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OpenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenId(..)")
    }
}

/// A user's id across the apps of one owner, as WeChat gave it.
#[derive(Clone, PartialEq, Eq)]
pub struct UnionId(String);

impl UnionId {
    /// Takes what WeChat's client checked, or what we stored.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text. Personal data: not for logs.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnionId(..)")
    }
}

/// A session's id: 128 random bits. Safe to log; worth nothing without a signature.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId([u8; 16]);

impl SessionId {
    /// A fresh id from the operating system's generator.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Reads the form that is shown: 32 lower-case hex digits.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut bytes = [0; 16];
        let known = hex::decode_to_slice(text, &mut bytes).is_ok();
        if known && !text.bytes().any(|c| c.is_ascii_uppercase()) {
            return Ok(Self(bytes));
        }
        Err(Malformed::new("session_id", "is not a session's id"))
    }

    /// The id made of `bytes`.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The id's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionId({self})")
    }
}

/// Stands for one (appid, openid) in store keys, tokens and logs, and tells neither.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserTag([u8; 8]);

impl UserTag {
    /// The tag made of `bytes`.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// The tag's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

impl fmt::Display for UserTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for UserTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserTag({self})")
    }
}

/// Makes user tags. Its key never changes: tags are the names that records are stored under.
#[derive(Debug)]
pub struct TagKey(Key);

impl TagKey {
    /// Tags under a key derived from `index_key`.
    #[must_use]
    pub fn derive(index_key: &Key) -> Self {
        let mut derived = zeroize::Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, index_key.expose())
            .expand(b"wxgate user tag v1", derived.as_mut())
            .expect("32 bytes are within what HKDF-SHA-256 gives");
        Self(Key::from_bytes(*derived))
    }

    /// The tag of one user of one app.
    #[must_use]
    pub fn tag(&self, appid: &AppId, openid: &OpenId) -> UserTag {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.0.expose()).expect("HMAC takes keys of any length");
        mac.update(appid.as_str().as_bytes());
        mac.update(&[0]); // no appid contains it: (ab, c) and (a, bc) differ
        mac.update(openid.as_str().as_bytes());
        let bytes = mac.finalize().into_bytes();
        UserTag(std::array::from_fn(|i| bytes[i]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_appid_is_a_short_plain_word() {
        assert!(AppId::parse("wx0123456789abcdef").is_ok());
        for bad in ["", "wx 1", "wx&secret=x", "wx\0", &"w".repeat(65)] {
            assert!(AppId::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_tag_depends_on_app_and_user() {
        let key = TagKey::derive(&Key::from_bytes([1; 32]));
        let app = |text| AppId::parse(text).unwrap();
        let tag = |a, o: &str| key.tag(&app(a), &OpenId::new(o.to_owned()));
        assert_eq!(tag("wxa", "o1"), tag("wxa", "o1"));
        assert_ne!(tag("wxa", "o1"), tag("wxb", "o1"));
        assert_ne!(tag("wxa", "bo1"), tag("wxab", "o1"));
    }

    #[test]
    fn ids_of_wechats_stay_out_of_debug_output() {
        let printed = format!("{:?}", OpenId::new("oSECRET".to_owned()));
        assert_eq!(printed, "OpenId(..)");
        let printed = format!("{:?}", UnionId::new("uSECRET".to_owned()));
        assert_eq!(printed, "UnionId(..)");
    }
}
