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
    /// A login code becomes a user, asked for by a third-party platform.
    ComponentCodeToSession,
    /// An `access_token` that ends the one before.
    Token,
    /// The keys that a user's mini-program encrypts with.
    UserEncryptKeys,
    /// The unionid of a user who paid.
    PaidUnionid,
    /// Daily quotas begin anew.
    ClearQuota,
    /// What WeChat knows of an earlier call.
    LookUp,
}

impl Api {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::CodeToSession,
        Self::StableToken,
        Self::PhoneNumber,
        Self::CheckSessionKey,
        Self::ResetSessionKey,
        Self::CheckEncryptedMsg,
        Self::ComponentCodeToSession,
        Self::Token,
        Self::UserEncryptKeys,
        Self::PaidUnionid,
        Self::ClearQuota,
        Self::LookUp,
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
            Self::ComponentCodeToSession => "/sns/component/jscode2session",
            Self::Token => "/cgi-bin/token",
            Self::UserEncryptKeys => "/wxa/business/getuserencryptkey",
            Self::PaidUnionid => "/wxa/getpaidunionid",
            Self::ClearQuota => "/cgi-bin/clear_quota/v2",
            Self::LookUp => "/cgi-bin/openapi/rid/get",
        }
    }

    /// GET puts all parameters into the query; POST all but the `access_token` into a JSON body.
    pub(crate) fn method(self) -> Method {
        match self {
            Self::StableToken
            | Self::PhoneNumber
            | Self::CheckEncryptedMsg
            | Self::ClearQuota
            | Self::LookUp => Method::POST,
            Self::CodeToSession
            | Self::CheckSessionKey
            | Self::ResetSessionKey
            | Self::ComponentCodeToSession
            | Self::Token
            | Self::UserEncryptKeys
            | Self::PaidUnionid => Method::GET,
        }
    }

    /// Whether its parameters are in the query.
    pub(crate) fn is_get(self) -> bool {
        self.method() == Method::GET
    }

    /// Whether asking twice does no harm. The others spend a code, a key or a quota.
    pub(crate) const fn is_repeatable(self) -> bool {
        match self {
            Self::StableToken
            | Self::CheckSessionKey
            | Self::CheckEncryptedMsg
            | Self::UserEncryptKeys
            | Self::PaidUnionid
            | Self::LookUp => true,
            Self::CodeToSession
            | Self::PhoneNumber
            | Self::ResetSessionKey
            | Self::ComponentCodeToSession
            | Self::Token
            | Self::ClearQuota => false,
        }
    }

    /// What shows WeChat who calls.
    pub(crate) const fn proof(self) -> Proof {
        match self {
            Self::CodeToSession | Self::StableToken | Self::Token | Self::ClearQuota => {
                Proof::Secret
            }
            Self::PhoneNumber
            | Self::CheckSessionKey
            | Self::ResetSessionKey
            | Self::CheckEncryptedMsg
            | Self::ComponentCodeToSession
            | Self::UserEncryptKeys
            | Self::PaidUnionid
            | Self::LookUp => Proof::Token,
        }
    }
}

/// What shows WeChat who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// `appid` and `secret`.
    Secret,
    /// An `access_token`, or a platform's `component_access_token`.
    Token,
}
