//! Sealing keys for one user.
use std::collections::BTreeMap;

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hkdf::Hkdf;
use service_kit::{Key, KeyRing};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{Owner, Rejected, SessionKey, mac::hmac_sha256};

/// The first byte of a sealed key: the form of the rest.
const FORMAT: u8 = 1;
const NONCE: usize = 24;
const FINGERPRINT: usize = 16;
const SEALING: &[u8] = b"wxgate crypto-service 1: seal a session_key";
const FINGERPRINTING: &[u8] = b"wxgate crypto-service 1: fingerprint a session_key";

/// Equal for equal keys of one user, and says nothing else.
pub type Fingerprint = [u8; FINGERPRINT];

/// Seals keys, and gets them back for the owner they were sealed for.
///
/// A sealed key is `format ‖ master key number ‖ nonce ‖ ciphertext and tag` of XChaCha20-Poly1305
/// over the 16 bytes of the key. Format, number, appid and openid are its associated data, so it
/// opens in no other place. Each master key gives one subkey for each purpose, by HKDF-SHA256.
pub struct Vault {
    active: u8,
    subkeys: BTreeMap<u8, Subkeys>,
}

struct Subkeys {
    sealing: Key,
    fingerprinting: Key,
}

impl Vault {
    /// A vault that seals under the active key of `ring` and opens what any key of it sealed.
    #[must_use]
    pub fn new(ring: &KeyRing) -> Self {
        let keys = (0..=u8::MAX).filter_map(|number| Some((number, ring.get(number)?)));
        Self {
            active: ring.active().0,
            subkeys: keys
                .map(|(number, key)| (number, Subkeys::of(key)))
                .collect(),
        }
    }

    /// Seals `key` for `owner`. A `nonce` is 24 random bytes, never used twice.
    #[must_use]
    pub fn seal(&self, key: &SessionKey, owner: &Owner, nonce: [u8; NONCE]) -> Vec<u8> {
        let header = [FORMAT, self.active];
        let ciphertext = self.encrypt(nonce, key.bytes(), &associated(header, owner));
        [header.as_slice(), nonce.as_slice(), &ciphertext].concat()
    }

    fn encrypt(&self, nonce: [u8; NONCE], msg: &[u8; 16], aad: &[u8]) -> Vec<u8> {
        cipher(&self.active().sealing)
            .encrypt(&XNonce::from(nonce), Payload { msg, aad })
            .expect("16 bytes are never too long to seal")
    }

    /// The key that was sealed for `owner`.
    ///
    /// # Errors
    /// When it was sealed for another owner or under a key this vault does not hold, or was changed.
    pub fn unseal(&self, sealed: &[u8], owner: &Owner) -> Result<SessionKey, Rejected> {
        self.try_unseal(sealed, owner).ok_or(Rejected::Unsealable)
    }

    fn try_unseal(&self, sealed: &[u8], owner: &Owner) -> Option<SessionKey> {
        let (&header, rest) = sealed.split_first_chunk()?;
        let (&nonce, ciphertext) = rest.split_first_chunk::<NONCE>()?;
        let [FORMAT, number] = header else {
            return None;
        };
        let sealed = Payload {
            msg: ciphertext,
            aad: &associated(header, owner),
        };
        let plain = cipher(&self.subkeys.get(&number)?.sealing)
            .decrypt(&XNonce::from(nonce), sealed)
            .ok()?;
        SessionKey::from_slice(&Zeroizing::new(plain))
    }

    /// Tells equal keys of one owner, as long as the active master key stays. After that key was
    /// replaced an equal `session_key` counts as another one, which costs a place in the ring.
    #[must_use]
    pub fn fingerprint(&self, key: &SessionKey, owner: &Owner) -> Fingerprint {
        let mut fingerprint = [0; FINGERPRINT];
        let message = [&owner.encoding(), key.bytes().as_slice()];
        let tag = hmac_sha256(self.active().fingerprinting.expose(), &message);
        fingerprint.copy_from_slice(&tag[..FINGERPRINT]);
        fingerprint
    }

    fn active(&self) -> &Subkeys {
        let active = self.subkeys.get(&self.active);
        active.expect("the active key is one of the ring")
    }
}

impl Subkeys {
    fn of(master: &Key) -> Self {
        let source = Hkdf::<Sha256>::new(None, master.expose());
        let derive = |purpose| {
            let mut bytes = Zeroizing::new([0; 32]);
            source
                .expand(purpose, bytes.as_mut())
                .expect("HKDF gives far more than 32 bytes");
            Key::from_bytes(*bytes)
        };
        Self {
            sealing: derive(SEALING),
            fingerprinting: derive(FINGERPRINTING),
        }
    }
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.expose().into())
}

fn associated(header: [u8; 2], owner: &Owner) -> Vec<u8> {
    [header.as_slice(), &owner.encoding()].concat()
}
