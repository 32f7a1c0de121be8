//! What WeChat signs, and has signed, with a `session_key`.
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;

use super::{Rejected, SessionKey, encoding::hex, mac::hmac_sha256};

/// `rawData` and its `signature`, as the mini-program received them.
pub struct RawData {
    /// The exact text; parsing and writing it again breaks the signature.
    pub text: String,
    /// Lower-case hex of 20 bytes.
    pub signature: String,
}

impl RawData {
    /// Passes when `key` made the signature: hex(SHA-1(text ‖ base64 of the key)).
    ///
    /// # Errors
    /// When another key did, over another text, or in another spelling.
    pub fn check(&self, key: &SessionKey) -> Result<(), Rejected> {
        let digest = Sha1::new()
            .chain_update(&self.text)
            .chain_update(key.text().as_slice())
            .finalize();
        let equal = hex(&digest).as_bytes().ct_eq(self.signature.as_bytes());
        if equal.into() {
            Ok(())
        } else {
            Err(Rejected::WrongSignature)
        }
    }
}

impl SessionKey {
    /// Signs a message for WeChat: hex(HMAC-SHA256), keyed by the base64 text of the key.
    #[must_use]
    pub fn sign(&self, message: &str) -> String {
        hex(&hmac_sha256(self.text().as_slice(), &[message.as_bytes()]))
    }
}
