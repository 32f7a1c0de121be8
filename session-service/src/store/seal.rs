//! What is kept is sealed: a copy of the store tells nothing, and a writer there can forge nothing.
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use hkdf::Hkdf;
use service_kit::Key;
use sha2::Sha256;

use super::{StoreError, StoreKey};

/// The first byte of every record. Another number means another layout.
const VERSION: u8 = 1;
const NONCE: usize = 24;

/// Seals records under one key, each bound to the place it is stored at.
pub struct Seal(XChaCha20Poly1305);

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal(..)")
    }
}

impl Seal {
    /// Seals under a key derived from `index_key`.
    #[must_use]
    pub fn derive(index_key: &Key) -> Self {
        let mut derived = zeroize::Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, index_key.expose())
            .expand(b"wxgate store seal v1", derived.as_mut())
            .expect("32 bytes are within what HKDF-SHA-256 gives");
        Self(XChaCha20Poly1305::new((&*derived).into()))
    }

    /// Version ‖ nonce ‖ ciphertext with tag; the place is authenticated beside it.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn seal(&self, place: &StoreKey, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce)?;
        let payload = Payload {
            msg: plain,
            aad: place.as_str().as_bytes(),
        };
        let sealed = self
            .0
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a record is far below the cipher's limit of 256 GiB");
        Ok([&[VERSION], nonce.as_slice(), sealed.as_slice()].concat())
    }

    /// What was sealed for this place; nothing when it was not sealed by us, for here.
    #[must_use]
    pub fn open(&self, place: &StoreKey, sealed: &[u8]) -> Option<Vec<u8>> {
        let (&[version], rest) = sealed.split_first_chunk::<1>()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>()?;
        let payload = Payload {
            msg: sealed,
            aad: place.as_str().as_bytes(),
        };
        let plain = self.0.decrypt(&XNonce::from(*nonce), payload).ok()?;
        (version == VERSION).then_some(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::UserTag;

    fn place(n: u8) -> StoreKey {
        StoreKey::user(UserTag::from_bytes([n; 8]))
    }

    #[test]
    fn a_record_opens_only_where_it_was_put() {
        let seal = Seal::derive(&Key::generate().unwrap());
        let sealed = seal.seal(&place(1), b"record").unwrap();
        assert_eq!(seal.open(&place(1), &sealed).unwrap(), b"record");
        assert_eq!(seal.open(&place(2), &sealed), None);
        assert_eq!(
            Seal::derive(&Key::generate().unwrap()).open(&place(1), &sealed),
            None
        );
    }

    #[test]
    fn any_changed_bit_is_noticed() {
        let seal = Seal::derive(&Key::generate().unwrap());
        let sealed = seal.seal(&place(1), b"record").unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(seal.open(&place(1), &changed), None, "bit {bit}");
        }
        assert_eq!(seal.open(&place(1), &sealed[..30]), None);
        assert_eq!(seal.open(&place(1), &[]), None);
    }
}
