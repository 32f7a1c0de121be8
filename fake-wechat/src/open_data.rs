//! Open data as the client of a user gets it: `encryptedData` and `iv`, and at times `rawData`.

mod payload;
mod seal;

use serde::{Deserialize, Serialize};

pub(crate) use self::payload::PhoneInfo;
use self::payload::{Profile, Watermark};
use crate::{
    random,
    session_key::SessionKey,
    settings::MessageHash,
    state::users::{User, UserId},
};

/// What the client asks WeChat for.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// `wx.getUserInfo`.
    UserInfo,
    /// `wx.getUserProfile`: no openid, no unionid.
    UserProfile,
    /// The phone number button, the old way.
    Phone,
    /// `wx.getWeRunData`.
    WeRun,
    /// `wx.getShareInfo`.
    Share,
    /// `wx.getGroupEnterInfo`.
    Group,
    /// The same, from a chat of two.
    SingleChat,
}

/// What the client hands to its server.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OpenData {
    encrypted_data: String,
    iv: String,
    #[serde(flatten)]
    signed: Option<Signed>,
}

/// The readable part of user info, and the proof of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Signed {
    raw_data: String,
    signature: String,
}

/// Data of `user`, stamped with the second `seconds` and sealed under their current key.
pub(crate) fn make(kind: Kind, id: &UserId, user: &User, seconds: u64) -> OpenData {
    let watermark = Watermark {
        timestamp: seconds,
        appid: &id.appid,
    };
    let plaintext = match kind {
        Kind::UserInfo => payload::user_info(id, user, watermark),
        Kind::UserProfile => payload::user_profile(user, watermark),
        Kind::Phone => payload::json(&PhoneInfo::of(id, user, seconds)),
        Kind::WeRun => payload::we_run(watermark),
        Kind::Share => payload::share(watermark),
        Kind::Group => payload::group(watermark),
        Kind::SingleChat => payload::single_chat(watermark),
    };
    let signed = matches!(kind, Kind::UserInfo | Kind::UserProfile)
        .then(|| sign(&Profile::of(user), user.key()));
    let iv = random::bytes();
    OpenData {
        encrypted_data: seal::encrypt(&plaintext, user.key(), &iv),
        iv: seal::base64(&iv),
        signed,
    }
}

impl OpenData {
    /// What checkencryptedmsg knows it by.
    pub(crate) fn hash(&self, over: MessageHash) -> String {
        seal::hash(&self.encrypted_data, over)
    }
}

fn sign(profile: &Profile<'_>, key: &SessionKey) -> Signed {
    let raw_data = payload::json(profile);
    let signature = seal::signature(&raw_data, key);
    Signed {
        raw_data,
        signature,
    }
}
