//! `[users]`: what users are asked for.
use serde::Deserialize;

/// `[users]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UserSettings {
    /// Whether the app is told to ask for a nickname, until the user has one. No login fails for it.
    pub require_nickname: bool,
}
