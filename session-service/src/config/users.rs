//! `[users]`: what users are asked for.
use serde::Deserialize;

/// `[users]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UserSettings {
    /// Whether the app is told to ask for a nickname, until the user has one. No login fails for it.
    pub require_nickname: bool,
    /// Whether phone numbers that users give away are kept, sealed, on their accounts.
    pub keep_phone: bool,
}

impl Default for UserSettings {
    fn default() -> Self {
        Self {
            require_nickname: false,
            keep_phone: true,
        }
    }
}
