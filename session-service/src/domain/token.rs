//! `session_rd`: an opaque handle that only we can sign.
//!
//! `wxs_` and base64url of version (4 bits) and key number (4 bits) ‖ user tag (8 bytes) ‖ session
//! id (16) ‖ generation (4) ‖ MAC (16): 45 bytes, 60 characters, no spare bits. The MAC is
//! HMAC-SHA256 over all that precedes it, cut to 128 bits (RFC 2104 section 5).
use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use service_kit::{Key, KeyRing};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{SessionId, UserTag};

const PREFIX: &str = "wxs_";
const VERSION: u8 = 1;
const BODY: usize = 29;
const WHOLE: usize = BODY + 16;

/// What a genuine token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The number of the token key that signed it.
    pub key: u8,
    /// Whose session it is, in store keys.
    pub tag: UserTag,
    /// Which session it is.
    pub id: SessionId,
    /// How many refreshes made it.
    pub generation: u32,
}

/// A token as the client holds it; never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionRd(Zeroizing<String>);

impl SessionRd {
    /// The token, for its owner alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionRd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionRd(..)")
    }
}

/// We never signed this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a session token")]
pub struct Forged;

/// The keys that sign tokens: one active, the others still believed.
#[derive(Debug)]
pub struct TokenKeys(KeyRing);

impl TokenKeys {
    /// Signs with the active key of `ring`, believes all of them.
    #[must_use]
    pub fn new(ring: KeyRing) -> Self {
        Self(ring)
    }

    /// The number of the key that signs new generations.
    #[must_use]
    pub fn active(&self) -> u8 {
        self.0.active().0
    }

    /// The token that says `claims`: always the same bytes, on every replica. None when the key that
    /// `claims` names is no longer held.
    #[must_use]
    pub fn sign(&self, claims: &Claims) -> Option<SessionRd> {
        let key = self.0.get(claims.key)?;
        let body = body(claims);
        let mut whole = [0; WHOLE];
        whole[..BODY].copy_from_slice(&body);
        whole[BODY..].copy_from_slice(&mac(key, &body).finalize().into_bytes()[..WHOLE - BODY]);
        let text = format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(whole));
        Some(SessionRd(Zeroizing::new(text)))
    }

    /// What a token says, once its signature holds. No store is asked.
    ///
    /// # Errors
    /// When we never signed it; which of many ways it is wrong is nobody's business.
    pub fn open(&self, token: &str) -> Result<Claims, Forged> {
        let text = token.strip_prefix(PREFIX).ok_or(Forged)?;
        let mut whole = [0; WHOLE];
        let length = BASE64_URL_SAFE_NO_PAD
            .decode_slice(text, &mut whole)
            .map_err(|_| Forged)?;
        let (body, tag) = whole.split_first_chunk::<BODY>().ok_or(Forged)?;
        if length != WHOLE || body[0] >> 4 != VERSION {
            return Err(Forged);
        }
        let claims = claims(body);
        let key = self.0.get(claims.key).ok_or(Forged)?;
        mac(key, body)
            .verify_truncated_left(tag)
            .map_err(|_| Forged)?;
        Ok(claims)
    }
}

fn mac(key: &Key, body: &[u8; BODY]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(key.expose())
        .expect("HMAC takes keys of any length")
        .chain_update(body)
}

fn body(claims: &Claims) -> [u8; BODY] {
    let mut body = [0; BODY];
    body[0] = VERSION << 4 | claims.key & 0x0f;
    body[1..9].copy_from_slice(claims.tag.as_bytes());
    body[9..25].copy_from_slice(claims.id.as_bytes());
    body[25..].copy_from_slice(&claims.generation.to_be_bytes());
    body
}

fn claims(body: &[u8; BODY]) -> Claims {
    Claims {
        key: body[0] & 0x0f,
        tag: UserTag::from_bytes(std::array::from_fn(|i| body[1 + i])),
        id: SessionId::from_bytes(std::array::from_fn(|i| body[9 + i])),
        generation: u32::from_be_bytes(std::array::from_fn(|i| body[25 + i])),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys() -> TokenKeys {
        TokenKeys::new(KeyRing::generate().unwrap())
    }

    fn claims_of(key: u8, generation: u32) -> Claims {
        let (tag, id) = (UserTag::from_bytes([3; 8]), SessionId::from_bytes([5; 16]));
        Claims {
            key,
            tag,
            id,
            generation,
        }
    }

    #[test]
    fn a_token_is_sixty_characters_after_its_prefix() {
        let keys = keys();
        let token = keys.sign(&claims_of(keys.active(), 0)).unwrap();
        assert_eq!(token.expose().len(), 64);
        assert!(token.expose().starts_with("wxs_"));
        assert_eq!(format!("{token:?}"), "SessionRd(..)");
    }

    #[test]
    fn another_installations_token_is_forged() {
        let token = keys().sign(&claims_of(1, 0)).unwrap();
        assert_eq!(keys().open(token.expose()), Err(Forged));
    }

    #[test]
    fn a_token_of_an_old_key_is_still_believed() {
        let old = KeyRing::generate().unwrap();
        let token = TokenKeys::new(old.clone()).sign(&claims_of(1, 9)).unwrap();
        let new = KeyRing::generate().unwrap().to_text().replace("1 ", "2 ");
        let both = KeyRing::parse(&format!("{new}{}", &*old.to_text())).unwrap();
        let keys = TokenKeys::new(both);
        assert_eq!(keys.active(), 2);
        assert_eq!(keys.open(token.expose()).unwrap().generation, 9);
    }

    proptest! {
        #[test]
        fn claims_survive_signing(tag: [u8; 8], id: [u8; 16], generation: u32) {
            let keys = keys();
            let claims = Claims {
                key: keys.active(),
                tag: UserTag::from_bytes(tag),
                id: SessionId::from_bytes(id),
                generation,
            };
            prop_assert_eq!(keys.open(keys.sign(&claims).unwrap().expose()), Ok(claims));
        }

        #[test]
        fn any_changed_character_is_a_forgery(at in 0_usize..64, to in "[A-Za-z0-9_-]") {
            let keys = keys();
            let token = keys.sign(&claims_of(keys.active(), 1)).unwrap();
            let mut changed = token.expose().to_owned();
            changed.replace_range(at..=at, &to);
            prop_assume!(changed != token.expose());
            prop_assert_eq!(keys.open(&changed), Err(Forged));
        }

        #[test]
        fn no_text_whatever_panics(text in ".{0,200}") {
            prop_assert_eq!(keys().open(&text), Err(Forged));
        }
    }
}
