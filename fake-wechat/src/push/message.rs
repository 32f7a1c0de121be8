//! The event itself.

use serde::Deserialize;
use serde_json::{Map, Value};
use service_kit::Timestamp;

use super::{ORIGINAL_ID, Wish};
use crate::random;

/// What has happened.
#[derive(Clone, Copy, Deserialize)]
pub(crate) enum Event {
    /// WeChat cleaned a risky profile.
    #[serde(rename = "user_info_modified")]
    ProfileCleaned,
    /// The user withdrew a permission.
    #[serde(rename = "user_authorization_revoke")]
    PermissionWithdrawn,
    /// The user closed their account for this app.
    #[serde(rename = "user_authorization_cancellation")]
    AccountClosed,
}

/// What is wrong with a delivery.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Twist {
    /// No signature of it is right.
    WrongSignature,
    /// As in WeChat's own samples: blanks before the name `OpenID` and its value.
    StrayBlanks,
    /// The user is not named.
    NoOpenid,
}

impl Event {
    fn name(self) -> &'static str {
        match self {
            Self::ProfileCleaned => "user_info_modified",
            Self::PermissionWithdrawn => "user_authorization_revoke",
            Self::AccountClosed => "user_authorization_cancellation",
        }
    }
}

/// The message as JSON. Its sender is an account of WeChat's; the user is `OpenID`.
pub(super) fn of(wish: &Wish<'_>, now: Timestamp) -> String {
    let mut message = Map::new();
    let mut set = |name: &str, value: Value| message.insert(name.to_owned(), value);
    set("ToUserName", ORIGINAL_ID.into());
    set("FromUserName", random::openid().into());
    set("CreateTime", now.unix_seconds().into());
    set("MsgType", "event".into());
    set("Event", wish.event.name().into());
    let openid = &wish.subject.openid;
    match wish.twist {
        Some(Twist::NoOpenid) => None,
        Some(Twist::StrayBlanks) => set(" OpenID", format!(" {openid}").into()),
        _ => set("OpenID", openid.clone().into()),
    };
    set("AppID", wish.subject.appid.clone().into());
    if let Some(what) = wish.revoke_info {
        set("RevokeInfo", what.into());
    }
    Value::Object(message).to_string()
}
