//! The key that WeChat shares with us for one user.

use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

/// The length of the text, in characters.
const TEXT: usize = 24;
/// The length of the key, in bytes.
const KEY: usize = 16;

/// A user's `session_key`: the text of 24 characters that WeChat sent, base64 of 16 bytes.
///
/// Whoever has it can read and forge what WeChat encrypts for this user. It is wiped when dropped
/// and can be neither printed, copied, compared nor serialised:
///
/// ```
/// fn hold<T>(_: &T) {}
/// fn pass(key: &wx_client::SessionKey) {
///     hold(key);
/// }
/// ```
/// ```compile_fail
/// fn hold<T: std::fmt::Debug>(_: &T) {}
/// fn pass(key: &wx_client::SessionKey) {
///     hold(key);
/// }
/// ```
/// ```compile_fail
/// fn hold<T: std::fmt::Display>(_: &T) {}
/// fn pass(key: &wx_client::SessionKey) {
///     hold(key);
/// }
/// ```
/// ```compile_fail
/// fn hold<T: Clone>(_: &T) {}
/// fn pass(key: &wx_client::SessionKey) {
///     hold(key);
/// }
/// ```
/// ```compile_fail
/// fn hold<T: PartialEq>(_: &T) {}
/// fn pass(key: &wx_client::SessionKey) {
///     hold(key);
/// }
/// ```
/// ```compile_fail
/// fn hold<T: serde::Serialize>(_: &T) {}
/// fn pass(key: &wx_client::SessionKey) {
///     hold(key);
/// }
/// ```
pub struct SessionKey(Zeroizing<String>);

impl SessionKey {
    /// The key spelt by `text`; none unless it is canonical padded base64 of 16 bytes.
    /// Text that is refused is wiped too.
    ///
    /// ```
    /// use wx_client::SessionKey;
    ///
    /// assert!(SessionKey::parse("AAECAwQFBgcICQoLDA0ODw==".to_owned()).is_some());
    /// assert!(SessionKey::parse("AAECAwQFBgcICQoLDA0O".to_owned()).is_none());
    /// ```
    #[must_use]
    pub fn parse(text: String) -> Option<Self> {
        let text = Zeroizing::new(text);
        // The decoder wants room for the padding as well.
        let mut key = Zeroizing::new([0; TEXT / 4 * 3]);
        let length = STANDARD.decode_slice(text.as_bytes(), &mut *key).ok()?;
        (length == KEY).then_some(Self(text))
    }

    /// The text, for sealing it at once. Keep no copy.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}
