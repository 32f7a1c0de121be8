//! HMAC-SHA256.
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The tag of `message` under `key`.
pub(super) fn hmac_sha256(key: &[u8], message: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in message {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
