//! What a client sends to log in.
use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{AppId, Malformed, NonceHash};

/// A code of `wx.login`. Single use; never printed.
pub struct LoginCode(Zeroizing<String>);

impl LoginCode {
    /// Takes 1 to 128 letters, digits, `-` and `_`: a superset of what WeChat issues.
    ///
    /// # Errors
    /// When the text is anything else: WeChat never made it, so WeChat is not asked.
    pub fn parse(text: String) -> Result<Self, Malformed> {
        let text = Zeroizing::new(text);
        let plain = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
        if (1..=128).contains(&text.len()) && text.bytes().all(plain) {
            return Ok(Self(text));
        }
        Err(Malformed::new("code", "is not a code of wx.login"))
    }

    /// What stands for the code of this app where it must be remembered.
    #[must_use]
    pub fn fingerprint(&self, appid: &AppId) -> [u8; 16] {
        let digest = Sha256::new()
            .chain_update(appid.as_str())
            .chain_update([0]) // no appid contains it
            .chain_update(self.0.as_bytes())
            .finalize();
        std::array::from_fn(|i| digest[i])
    }

    /// The code, for WeChat alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for LoginCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoginCode(..)")
    }
}

/// The client's own random word for one `wx.login`; may be left out.
#[derive(Clone, PartialEq, Eq)]
pub struct Nonce(String);

impl Nonce {
    /// Takes at most 128 visible ASCII characters.
    ///
    /// # Errors
    /// When the text is longer, or holds anything else.
    pub fn parse(text: String) -> Result<Self, Malformed> {
        if text.len() <= 128 && text.bytes().all(|c| c.is_ascii_graphic()) {
            return Ok(Self(text));
        }
        Err(Malformed::new(
            "nonce",
            "is not up to 128 visible ASCII characters",
        ))
    }

    /// What is kept of it; nothing when it was left out.
    #[must_use]
    pub fn hash(&self) -> NonceHash {
        let digest = Sha256::digest(self.0.as_bytes());
        (!self.0.is_empty()).then(|| std::array::from_fn(|i| digest[i]))
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonce(..)")
    }
}

/// What the user may recognise a device by: a label they never type, bounded all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device(String);

impl Device {
    /// Takes at most 64 characters, none of them a control character.
    ///
    /// # Errors
    /// When the text is longer, or holds a control character.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        if text.chars().count() <= 64 && !text.chars().any(char::is_control) {
            return Ok(Self(text.trim().to_owned()));
        }
        Err(Malformed::new(
            "device",
            "is not up to 64 printable characters",
        ))
    }

    /// The label.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_hostile_shape_goes_nowhere() {
        assert!(LoginCode::parse("0716AVll20uHk94SLDml27etM946AVlq".to_owned()).is_ok());
        let long = "x".repeat(129);
        for bad in ["", "x&appid=other", "a b", "\"", "x\n", "é", &long] {
            assert!(LoginCode::parse(bad.to_owned()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_code_never_shows_itself() {
        let code = LoginCode::parse("secret".to_owned()).unwrap();
        assert_eq!(format!("{code:?}"), "LoginCode(..)");
    }

    #[test]
    fn a_device_label_is_bounded_text() {
        assert_eq!(Device::parse(" 小米 14 ").unwrap().as_str(), "小米 14");
        assert!(Device::parse("a\u{7}").is_err());
        assert!(Device::parse(&"x".repeat(65)).is_err());
    }
}
