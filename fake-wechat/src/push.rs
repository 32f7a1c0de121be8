//! Events as WeChat pushes them to a mini-program's server: plain, or in secure mode.

mod message;
mod seal;

use serde::Serialize;
use service_kit::Timestamp;

pub(crate) use self::{
    message::{Event, Twist},
    seal::{EncodingAesKey, MalformedAesKey},
};
use crate::{random, state::users::UserId};

/// The original id that every app of a fake has.
const ORIGINAL_ID: &str = "gh_fa4e0fa4e0fa";

/// What shall be pushed.
pub(crate) struct Wish<'a> {
    pub(crate) subject: &'a UserId,
    pub(crate) event: Event,
    pub(crate) revoke_info: Option<&'a str>,
    pub(crate) twist: Option<Twist>,
    /// Of the console's push settings.
    pub(crate) token: &'a str,
    /// In secure mode.
    pub(crate) key: Option<&'a EncodingAesKey>,
}

/// A delivery: to be posted to the server's address with this query.
#[derive(Serialize)]
pub(crate) struct Push {
    pub(crate) query: String,
    pub(crate) body: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Sealed<'a> {
    to_user_name: &'a str,
    encrypt: &'a str,
}

impl Push {
    pub(crate) fn make(wish: &Wish<'_>, now: Timestamp) -> Self {
        let (time, nonce) = (now.unix_seconds().to_string(), random::digits::<9>());
        let sign = |parts: &[&str]| {
            let signature = seal::signature(parts);
            if wish.twist == Some(Twist::WrongSignature) {
                seal::signature(&[&signature])
            } else {
                signature
            }
        };
        let plain = message::of(wish, now);
        let signature = sign(&[wish.token, &time, &nonce]);
        let query = format!("signature={signature}&timestamp={time}&nonce={nonce}");
        let Some(key) = wish.key else {
            return Self { query, body: plain };
        };
        let encrypt = key.seal(
            &plain,
            &wish.subject.appid,
            &random::hex(&random::bytes::<8>()),
        );
        let signature = sign(&[wish.token, &time, &nonce, &encrypt]);
        let openid = &wish.subject.openid;
        let query = format!("{query}&openid={openid}&encrypt_type=aes&msg_signature={signature}");
        let sealed = Sealed {
            to_user_name: ORIGINAL_ID,
            encrypt: &encrypt,
        };
        let body = serde_json::to_string(&sealed).expect("texts are JSON");
        Self { query, body }
    }
}
