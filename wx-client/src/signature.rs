//! Proof of a `session_key`, without the key.

use zeroize::Zeroizing;

/// An HMAC-SHA256 in hex.
const LENGTH: usize = 64;

/// What shows WeChat that we hold a user's `session_key`: HMAC-SHA256 over the empty string, the
/// key being the 24 characters of `session_key` themselves, not the bytes they stand for.
/// Whoever holds the key makes it; this crate sees only the result. It is the same each time and
/// as good as a password, so `Debug` does not show it.
///
/// ```
/// use wx_client::Signature;
///
/// let signature = Signature::from([7; 32]);
/// assert_eq!(signature.expose(), "07".repeat(32));
/// assert!(!format!("{signature:?}").contains("07"));
/// ```
#[derive(Clone)]
pub struct Signature(Zeroizing<String>);

impl Signature {
    /// The signature spelt by `hex`; none unless that is 64 lower-case hex digits.
    #[must_use]
    pub fn parse(hex: &str) -> Option<Self> {
        let is_digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        let fits = hex.len() == LENGTH && hex.bytes().all(is_digit);
        fits.then(|| Self(Zeroizing::new(hex.to_owned())))
    }

    /// The 64 hex digits.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<[u8; 32]> for Signature {
    fn from(mac: [u8; 32]) -> Self {
        Self(Zeroizing::new(hex::encode(mac)))
    }
}

impl std::fmt::Debug for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signature([REDACTED])")
    }
}
