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
const VERSION: u8 = 2;
/// First bytes that records of other releases may have.
const LAYOUTS: std::ops::RangeInclusive<u8> = 1..=15;
/// What is stored of the nonce: 128 random bits, from which `XChaCha20` derives a key of each record's
/// own (draft-irtf-cfrg-xchacha section 2). The eight bytes that follow are nought: no such key seals
/// a second record.
const NONCE: usize = 16;

/// What a stored record turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Opened {
    /// A record of ours, for this place.
    Plain(Vec<u8>),
    /// Of a layout that this release does not know: as good as gone.
    OtherLayout,
    /// Not sealed by us, or not for this place.
    Foreign,
}

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
        Self::derive_for(b"wxgate store seal v1", index_key)
    }

    /// Seals for another purpose, under a key of its own.
    pub(super) fn derive_for(purpose: &[u8], index_key: &Key) -> Self {
        let mut derived = zeroize::Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, index_key.expose())
            .expand(purpose, derived.as_mut())
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
            .encrypt(&whole(nonce), payload)
            .expect("a record is far below the cipher's limit of 256 GiB");
        Ok([&[VERSION], nonce.as_slice(), sealed.as_slice()].concat())
    }

    /// What was stored at `place`.
    pub(super) fn open(&self, place: &StoreKey, stored: &[u8]) -> Opened {
        match stored.split_first() {
            Some((&VERSION, sealed)) => self
                .unseal(place, sealed)
                .map_or(Opened::Foreign, Opened::Plain),
            Some((version, _)) if LAYOUTS.contains(version) => Opened::OtherLayout,
            // Text, or nothing: no layout ever began like this.
            _ => Opened::Foreign,
        }
    }

    fn unseal(&self, place: &StoreKey, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload {
            msg: sealed,
            aad: place.as_str().as_bytes(),
        };
        self.0.decrypt(&whole(*nonce), payload).ok()
    }
}

fn whole(stored: [u8; NONCE]) -> XNonce {
    let mut nonce = [0; 24];
    nonce[..NONCE].copy_from_slice(&stored);
    XNonce::from(nonce)
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
        assert_eq!(
            seal.open(&place(1), &sealed),
            Opened::Plain(b"record".to_vec())
        );
        assert_eq!(seal.open(&place(2), &sealed), Opened::Foreign);
        let other = Seal::derive(&Key::generate().unwrap());
        assert_eq!(other.open(&place(1), &sealed), Opened::Foreign);
    }

    #[test]
    fn any_changed_bit_is_noticed() {
        let seal = Seal::derive(&Key::generate().unwrap());
        let sealed = seal.seal(&place(1), b"record").unwrap();
        for bit in 8..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(seal.open(&place(1), &changed), Opened::Foreign, "bit {bit}");
        }
        assert_eq!(seal.open(&place(1), &sealed[..20]), Opened::Foreign);
    }

    #[test]
    fn text_or_nothing_is_no_record_of_any_layout() {
        let seal = Seal::derive(&Key::generate().unwrap());
        for stranger in [&b""[..], b"\0", b"PONG", b"# Server", &[16], &[255; 60]] {
            assert_eq!(seal.open(&place(1), stranger), Opened::Foreign);
        }
    }

    #[test]
    fn another_layout_is_as_good_as_gone() {
        let seal = Seal::derive(&Key::generate().unwrap());
        let mut sealed = seal.seal(&place(1), b"record").unwrap();
        sealed[0] = VERSION + 1;
        assert_eq!(seal.open(&place(1), &sealed), Opened::OtherLayout);
        sealed[0] = 1;
        assert_eq!(seal.open(&place(1), &sealed), Opened::OtherLayout);
    }
}
