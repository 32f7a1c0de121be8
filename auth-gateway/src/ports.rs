//! What the gateway needs of session-service, in the gateway's own words.
use std::{fmt, time::Duration};

use async_trait::async_trait;
use service_kit::{RemoteError, Timestamp};

/// Logs users in and knows their sessions.
///
/// Every call that takes a token may fail with `SESSION_INVALID`, `SESSION_EXPIRED` or
/// `SESSION_REVOKED`; any call may fail with `STORE_UNAVAILABLE`, which says nothing about the
/// session.
#[async_trait]
pub trait SessionPort: Send + Sync + 'static {
    /// Exchanges a code of wx.login for a session.
    async fn login(&self, login: Login) -> Result<LoggedIn, RemoteError>;

    /// Tells whose session this is.
    async fn verify(&self, token: &SessionToken) -> Result<Session, RemoteError>;

    /// Prolongs a session.
    async fn refresh(&self, token: &SessionToken) -> Result<Granted, RemoteError>;

    /// Ends a session for good.
    async fn logout(&self, token: &SessionToken) -> Result<(), RemoteError>;

    /// The user's live sessions in this app, oldest first.
    async fn sessions(&self, token: &SessionToken) -> Result<Vec<ListedSession>, RemoteError>;

    /// Ends one of the user's sessions in this app; `NOT_FOUND` when it is not theirs.
    async fn end_session(&self, token: &SessionToken, id: &str) -> Result<(), RemoteError>;

    /// Ends all of the user's sessions in this app.
    async fn end_all(&self, token: &SessionToken) -> Result<(), RemoteError>;

    /// Erases the session's user, and ends all of their sessions in every app.
    async fn erase(&self, token: &SessionToken) -> Result<(), RemoteError>;

    /// Opens what WeChat encrypted: one JSON object, unchanged.
    async fn open_data(&self, token: &SessionToken, data: OpenData) -> Result<String, RemoteError>;

    /// The phone number that the session's user gave away.
    async fn phone_number(
        &self,
        token: &SessionToken,
        given: GivenPhone,
    ) -> Result<PhoneNumber, RemoteError>;

    /// Looks a user up by our id of them.
    async fn user(&self, id: &str) -> Result<User, RemoteError>;

    /// Changes what the session's user says of themselves.
    async fn update_profile(
        &self,
        token: &SessionToken,
        profile: Profile,
    ) -> Result<User, RemoteError>;
}

/// What a client presents to be recognised. Never prints itself.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

impl SessionToken {
    /// The token that `text` is.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the one call that carries it on.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(..)")
    }
}

/// A request to log in. Holds a code, so it does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The code of wx.login.
    pub code: String,
    /// The mini-program; none means the first one configured.
    pub appid: Option<String>,
    /// The client's own random word for this wx.login.
    pub nonce: Option<String>,
    /// A label the user may recognise the device by.
    pub device: Option<String>,
}

/// A token, and how long it is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// What the client sends from now on.
    pub token: SessionToken,
    /// How long it lasts.
    pub expires_in: Duration,
    /// When to refresh it.
    pub refresh_in: Duration,
}

/// A login that succeeded.
#[derive(Clone, PartialEq, Eq)]
pub struct LoggedIn {
    /// The session's first token.
    pub granted: Granted,
    /// Who logged in.
    pub user: User,
    /// Whether this login registered them.
    pub is_new: bool,
}

/// What a user says of themselves.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// Our id of them.
    pub id: String,
    /// What they call themselves; empty until they say.
    pub nickname: String,
    /// Where their picture is; empty until they say.
    pub avatar_url: String,
    /// Whether the app should ask for a nickname now.
    pub profile_required: bool,
}

/// A live session.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id; safe to show.
    pub id: String,
    /// Whose it is.
    pub identity: Identity,
    /// When it began.
    pub issued_at: Timestamp,
    /// When it ends unless refreshed.
    pub expires_at: Timestamp,
    /// When it ends whatever happens.
    pub absolute_expires_at: Timestamp,
}

/// One of a user's sessions.
#[derive(Clone, PartialEq, Eq)]
pub struct ListedSession {
    /// Its id; no credential.
    pub id: String,
    /// Whether it is the one that asked.
    pub current: bool,
    /// The device's label; may be empty.
    pub device: String,
    /// When it began.
    pub issued_at: Timestamp,
    /// When it was last refreshed, or began.
    pub last_used_at: Timestamp,
    /// When it ends unless refreshed.
    pub expires_at: Timestamp,
}

/// Who a session belongs to. For business services, never for the mini-program.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// Our id of the user.
    pub user_id: String,
    /// The mini-program.
    pub appid: String,
    /// Their id in that mini-program.
    pub openid: String,
    /// Their id across the owner's apps; empty when WeChat gives none.
    pub unionid: String,
}

/// Data that WeChat encrypted, as its client API hands it out.
#[derive(Clone, PartialEq, Eq)]
pub struct OpenData {
    /// The ciphertext, in base64.
    pub encrypted_data: String,
    /// The initial vector, in base64.
    pub iv: String,
    /// The signed text, where the client has one.
    pub raw_data: Option<String>,
    /// The signature over it.
    pub signature: Option<String>,
}

/// What the phone-number button gave.
#[derive(Clone, PartialEq, Eq)]
pub enum GivenPhone {
    /// Its code.
    Code(String),
    /// Encrypted data, as old clients give it.
    Encrypted {
        /// The ciphertext, in base64.
        encrypted_data: String,
        /// The initial vector, in base64.
        iv: String,
    },
}

/// A phone number as WeChat writes it.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber {
    /// With the country's prefix, where that is not mainland China.
    pub phone_number: String,
    /// Never with a prefix.
    pub pure_phone_number: String,
    /// Digits.
    pub country_code: String,
    /// Whether WeChat itself vouched for it.
    pub verified: bool,
}

/// A change of profile; what is none stays as it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Profile {
    /// The new nickname.
    pub nickname: Option<String>,
    /// The new picture's address.
    pub avatar_url: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_never_shows_itself() {
        let token = SessionToken::new("wxs_secret");
        assert_eq!(format!("{token:?}"), "SessionToken(..)");
    }
}
