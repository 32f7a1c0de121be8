//! What goes into a login and what comes out.

use secrecy::SecretString;

use crate::session_key::SessionKey;

/// A mini-program, as WeChat knows it. `Debug` does not show the secret.
#[derive(Clone, Debug)]
pub struct App {
    /// The public id, `wx` and 16 hex digits.
    pub appid: String,
    /// The `AppSecret`.
    pub secret: SecretString,
}

/// Who logged in. It has no `Debug`, because it holds a session key.
///
/// ```compile_fail
/// fn show(_: &impl std::fmt::Debug) {}
/// fn leak(login: &wx_client::WxLogin) {
///     show(login);
/// }
/// ```
pub struct WxLogin {
    /// The user's id within this mini-program: 1 to 128 of `A-Z a-z 0-9 _ -`.
    pub openid: String,
    /// The user's id across the owner's apps, of the same shape; only for an app that is bound to
    /// a WeChat Open Platform account.
    pub unionid: Option<String>,
    /// The user's current key.
    pub session_key: SessionKey,
}
