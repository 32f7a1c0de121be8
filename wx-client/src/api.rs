//! The calls that exist: where each is, and how it is asked.

use reqwest::Method;

/// A call of WeChat's server API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Api {
    /// A login code becomes a user.
    CodeToSession,
    /// An `access_token` that its holders share.
    StableToken,
    /// A phone code becomes a number.
    PhoneNumber,
    /// Whether a `session_key` is still the user's.
    CheckSessionKey,
    /// A new `session_key` for a user.
    ResetSessionKey,
    /// Whether WeChat made some encrypted data.
    CheckEncryptedMsg,
}

impl Api {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::CodeToSession,
        Self::StableToken,
        Self::PhoneNumber,
        Self::CheckSessionKey,
        Self::ResetSessionKey,
        Self::CheckEncryptedMsg,
    ];

    /// Its path at WeChat.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::CodeToSession => "/sns/jscode2session",
            Self::StableToken => "/cgi-bin/stable_token",
            Self::PhoneNumber => "/wxa/business/getuserphonenumber",
            Self::CheckSessionKey => "/wxa/checksession",
            Self::ResetSessionKey => "/wxa/resetusersessionkey",
            Self::CheckEncryptedMsg => "/wxa/business/checkencryptedmsg",
        }
    }

    /// GET puts all parameters into the query; POST all but the `access_token` into a JSON body.
    pub(crate) fn method(self) -> Method {
        match self {
            Self::StableToken | Self::PhoneNumber | Self::CheckEncryptedMsg => Method::POST,
            Self::CodeToSession | Self::CheckSessionKey | Self::ResetSessionKey => Method::GET,
        }
    }

    /// Whether its parameters are in the query.
    pub(crate) fn is_get(self) -> bool {
        self.method() == Method::GET
    }

    /// Whether asking twice does no harm. The others spend a code, a key or a quota.
    pub(crate) const fn is_repeatable(self) -> bool {
        match self {
            Self::StableToken | Self::CheckSessionKey | Self::CheckEncryptedMsg => true,
            Self::CodeToSession | Self::PhoneNumber | Self::ResetSessionKey => false,
        }
    }

    /// What shows WeChat who calls.
    pub(crate) const fn proof(self) -> Proof {
        match self {
            Self::CodeToSession | Self::StableToken => Proof::Secret,
            Self::PhoneNumber
            | Self::CheckSessionKey
            | Self::ResetSessionKey
            | Self::CheckEncryptedMsg => Proof::Token,
        }
    }
}

/// What shows WeChat who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// `appid` and `secret`.
    Secret,
    /// An `access_token`.
    Token,
}
