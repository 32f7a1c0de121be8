//! What a client sends to be opened, checked for shape before anything is spent on it.
use base64::{Engine, prelude::BASE64_STANDARD};

use super::Malformed;

/// `encryptedData` or `iv` cannot be what WeChat made, whatever the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("encryptedData or iv is not of WeChat's form")]
pub struct Misshapen;

/// `encryptedData` and `iv` of the right shape.
#[derive(Debug)]
pub struct EncryptedData {
    /// Standard base64 of one or more blocks.
    pub encrypted_data: String,
    /// Standard base64 of one block.
    pub iv: String,
}

impl EncryptedData {
    /// Takes canonical base64 of whole AES blocks.
    ///
    /// # Errors
    /// When either text is not base64, or has the wrong length.
    pub fn parse(encrypted_data: String, iv: String) -> Result<Self, Misshapen> {
        let length = |text: &str| BASE64_STANDARD.decode(text).map(|bytes| bytes.len());
        match (length(&encrypted_data), length(&iv)) {
            (Ok(data), Ok(16)) if data > 0 && data % 16 == 0 => Ok(Self { encrypted_data, iv }),
            _ => Err(Misshapen),
        }
    }
}

impl EncryptedData {
    /// What `encrypted_data` stands for.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let decoded = BASE64_STANDARD.decode(&self.encrypted_data);
        decoded.expect("only base64 was taken")
    }
}

/// `rawData` with the signature that WeChat's client gave for it.
#[derive(Debug)]
pub struct RawData {
    /// The exact text the client received.
    pub raw_data: String,
    /// `hex(SHA-1(rawData ‖ session_key))`.
    pub signature: String,
}

impl RawData {
    /// Takes both or neither.
    ///
    /// # Errors
    /// When one comes without the other.
    pub fn parse(
        raw_data: Option<String>,
        signature: Option<String>,
    ) -> Result<Option<Self>, Malformed> {
        match (raw_data, signature) {
            (None, None) => Ok(None),
            (Some(raw_data), Some(signature)) => Ok(Some(Self {
                raw_data,
                signature,
            })),
            _ => Err(Malformed::new("rawData", "and signature go together")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IV: &str = "r7BXXKkLb8qrSNn05n0qiA==";

    #[test]
    fn only_whole_blocks_in_canonical_base64_have_the_right_shape() {
        let parse = |data: &str, iv: &str| EncryptedData::parse(data.to_owned(), iv.to_owned());
        assert!(parse(IV, IV).is_ok());
        for bad in [
            "",
            "AAAA",
            "r7BXXKkLb8qrSNn05n0qiA",
            "r7BXXKkLb8qrSNn05n0qiA== ",
            "r7BXXKkLb8qrSNn05n0qiB==",
        ] {
            assert!(parse(bad, IV).is_err(), "{bad}");
            assert!(parse(IV, bad).is_err(), "{bad}");
        }
        assert!(
            parse(&"A".repeat(44), IV).is_err(),
            "33 bytes are no blocks"
        );
    }

    #[test]
    fn a_signature_needs_its_text() {
        assert!(RawData::parse(Some("{}".to_owned()), None).is_err());
        assert!(RawData::parse(None, None).unwrap().is_none());
    }
}
