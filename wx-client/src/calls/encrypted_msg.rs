//! Whether WeChat made some encrypted data.

use std::time::SystemTime;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{
    access_token::AccessToken,
    answer::{self, Payload},
    api::Api,
    client::WxClient,
    error::WxError,
    field::{self, Raw, value},
    garbage::Garbage,
    request::Request,
};

/// `data not exit`: unknown, older than three days, or of another app.
const NO_SUCH_DATA: i64 = 1;

/// What `check_encrypted_msg` names encrypted data by: its SHA-256.
///
/// WeChat does not say whether the base64 text or what it stands for is hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MsgHash([u8; 32]);

impl MsgHash {
    /// The hash of `encryptedData` as the mini-program sends it, in base64. Start with this one:
    /// of the SDKs that make the hash, those in use hash the text.
    #[must_use]
    pub fn of_text(encrypted_data: &str) -> Self {
        Self(Sha256::digest(encrypted_data).into())
    }

    /// The hash of the bytes that `encryptedData` stands for.
    #[must_use]
    pub fn of_bytes(ciphertext: &[u8]) -> Self {
        Self(Sha256::digest(ciphertext).into())
    }
}

impl WxClient {
    /// When WeChat made the encrypted data with this hash; none if it does not vouch for it. It
    /// knows phone numbers only, three days long.
    ///
    /// ```no_run
    /// use wx_client::{AccessToken, MsgHash, WxClient, WxError};
    ///
    /// # async fn example(wechat: WxClient, token: AccessToken) -> Result<(), WxError> {
    /// let hash = MsgHash::of_text("CiyLU1Aw2KjvrjMdj8YKliAjtP4gsMZM");
    /// let is_genuine = wechat.check_encrypted_msg(&token, hash).await?.is_some();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`WxError::TokenRejected`] for the `access_token`; others by what happened.
    pub async fn check_encrypted_msg(
        &self,
        token: &AccessToken,
        hash: MsgHash,
    ) -> Result<Option<SystemTime>, WxError> {
        let request = Request::by(token, Api::CheckEncryptedMsg)
            .with("encrypted_msg_hash", &hex::encode(hash.0));
        let Made(at) = self.call(request).await?;
        Ok(at)
    }
}

pub(crate) struct Made(Option<SystemTime>);

#[derive(Deserialize)]
struct Fields<'a> {
    /// As WeChat spells it.
    #[serde(borrow)]
    vaild: Raw<'a>,
    #[serde(borrow)]
    valid: Raw<'a>,
    #[serde(borrow)]
    create_time: Raw<'a>,
}

impl Payload for Made {
    fn read(_: &Request, body: &[u8]) -> Result<Self, Garbage> {
        let fields: Fields<'_> = answer::object(body)?;
        if field::read("vaild", fields.vaild.or(fields.valid), value)? {
            let at = field::moment("create_time", fields.create_time)?;
            Ok(Self(Some(at)))
        } else {
            Ok(Self(None))
        }
    }

    fn negative(errcode: i64) -> Option<Self> {
        (errcode == NO_SUCH_DATA).then_some(Self(None))
    }
}
