//! The `session_key` of an invented user.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::random;

/// Sixteen bytes, known to the world as 24 characters of base64.
#[derive(Clone)]
pub(crate) struct SessionKey([u8; 16]);

/// The text is not padded, canonical base64 of sixteen bytes.
#[derive(Debug, thiserror::Error)]
#[error("session_key is not the padded base64 text of 16 bytes")]
pub(crate) struct MalformedKey;

impl SessionKey {
    pub(crate) fn random() -> Self {
        Self(random::bytes())
    }

    pub(crate) fn parse(text: &str) -> Result<Self, MalformedKey> {
        let bytes = STANDARD.decode(text).map_err(|_| MalformedKey)?;
        bytes.try_into().map(Self).map_err(|_| MalformedKey)
    }

    pub(crate) fn text(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// The proof of having it: lower-case hex of HMAC-SHA256 over nothing, with the *text* as the key.
    pub(crate) fn signature(&self) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(self.text().as_bytes());
        let mac = mac.expect("HMAC takes keys of any length");
        random::hex(&mac.finalize().into_bytes())
    }

    pub(crate) fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}
