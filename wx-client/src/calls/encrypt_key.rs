//! The keys of a user's `UserCryptoManager`.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::{
    access_token::AccessToken,
    answer::{self, Payload},
    api::Api,
    client::WxClient,
    error::WxError,
    field::{self, Raw, value},
    garbage::Garbage,
    request::Request,
    signature::Signature,
};

/// The most keys that are believed; WeChat keeps three.
const KEYS: usize = 16;

/// A key that the mini-program has too (`wx.getUserCryptoManager`). `Debug` shows neither key nor
/// iv; both are wiped when dropped.
pub struct EncryptKey {
    /// The key.
    pub key: Zeroizing<[u8; 16]>,
    /// The initialisation vector that comes with it: always the same, so it must not be used where
    /// each message needs its own (GCM, CTR).
    pub iv: Zeroizing<[u8; 16]>,
    /// Which key it is; the mini-program says which one it used. It grows.
    pub version: u64,
    /// How long it can still be used to encrypt; zero for one that is over.
    pub expires_in: Duration,
    /// When it was made.
    pub created: SystemTime,
}

impl fmt::Debug for EncryptKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptKey")
            .field("version", &self.version)
            .field("expires_in", &self.expires_in)
            .field("created", &self.created)
            .finish_non_exhaustive()
    }
}

impl WxClient {
    /// The user's last keys, as WeChat orders them: up to three, each good for an hour.
    ///
    /// ```no_run
    /// use wx_client::{AccessToken, Signature, WxClient, WxError};
    ///
    /// # async fn example(
    /// #     wechat: WxClient,
    /// #     token: AccessToken,
    /// #     signature: Signature,
    /// # ) -> Result<(), WxError> {
    /// let openid = "oGZUI0egBJY1zhBYw2KhdUfwVJJE";
    /// let keys = wechat.user_encrypt_keys(&token, openid, &signature).await?;
    /// let used = keys.iter().find(|key| key.version == 10);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`WxError::KeyStale`] if the signature was not made with the user's current `session_key`;
    /// others by what happened.
    pub async fn user_encrypt_keys(
        &self,
        token: &AccessToken,
        openid: &str,
        signature: &Signature,
    ) -> Result<Vec<EncryptKey>, WxError> {
        let request = Request::by(token, Api::UserEncryptKeys).signed(openid, signature);
        let Keys(keys) = self.call(request).await?;
        Ok(keys)
    }
}

pub(crate) struct Keys(Vec<EncryptKey>);

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    key_info_list: Raw<'a>,
}

#[derive(Deserialize)]
struct KeyInfo<'a> {
    #[serde(borrow)]
    encrypt_key: Raw<'a>,
    #[serde(borrow)]
    iv: Raw<'a>,
    #[serde(borrow)]
    version: Raw<'a>,
    #[serde(borrow)]
    expire_in: Raw<'a>,
    #[serde(borrow)]
    create_time: Raw<'a>,
}

impl Payload for Keys {
    fn read(_: &Request, body: &[u8]) -> Result<Self, Garbage> {
        let fields: Fields<'_> = answer::object(body)?;
        let list = field::needed("key_info_list", fields.key_info_list)?;
        let list: Vec<&RawValue> =
            serde_json::from_str(list.get()).map_err(|_| Garbage::Malformed("key_info_list"))?;
        if list.len() > KEYS {
            return Err(Garbage::Malformed("key_info_list"));
        }
        list.into_iter()
            .map(key)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

fn key(raw: &RawValue) -> Result<EncryptKey, Garbage> {
    let info: KeyInfo<'_> = field::object("key_info_list", Some(raw))?;
    Ok(EncryptKey {
        key: field::read("encrypt_key", info.encrypt_key, sixteen_bytes)?,
        iv: field::read("iv", info.iv, sixteen_characters)?,
        version: field::count("version", info.version)?,
        expires_in: field::seconds("expire_in", info.expire_in)?,
        created: field::moment("create_time", info.create_time)?,
    })
}

/// What base64 of 16 bytes stands for.
fn sixteen_bytes(raw: &RawValue) -> Option<Zeroizing<[u8; 16]>> {
    let text = Zeroizing::new(value::<String>(raw)?);
    // The decoder wants room for the padding as well.
    let mut room = Zeroizing::new([0; 18]);
    let length = STANDARD.decode_slice(text.as_bytes(), &mut *room).ok()?;
    sixteen(room.get(..length)?)
}

/// The bytes of 16 printable characters.
fn sixteen_characters(raw: &RawValue) -> Option<Zeroizing<[u8; 16]>> {
    let text = Zeroizing::new(value::<String>(raw)?);
    let is_plain = text.bytes().all(|b| b.is_ascii_graphic());
    is_plain.then(|| sixteen(text.as_bytes()))?
}

/// The bytes, if they are 16.
fn sixteen(bytes: &[u8]) -> Option<Zeroizing<[u8; 16]>> {
    bytes.try_into().map(Zeroizing::new).ok()
}
