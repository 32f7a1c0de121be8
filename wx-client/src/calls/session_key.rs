//! Whether a `session_key` is still good, and a new one in its place.

use serde::Deserialize;

use super::login::session_key;
use crate::{
    access_token::AccessToken,
    answer::{self, Payload},
    api::Api,
    client::WxClient,
    error::WxError,
    field::{self, Raw},
    garbage::Garbage,
    request::Request,
    session_key::SessionKey,
    signature::Signature,
};

/// `invalid signature`: the key was replaced, has expired, or never was this user's.
const INVALID_SIGNATURE: i64 = 87009;

impl WxClient {
    /// Whether the signature was made with the user's current `session_key`. If not, the key was
    /// replaced, has expired, or never was this user's; WeChat does not say which.
    ///
    /// ```no_run
    /// use wx_client::{AccessToken, Signature, WxClient, WxError};
    ///
    /// # async fn example(
    /// #     wechat: WxClient,
    /// #     token: AccessToken,
    /// #     signature: Signature,
    /// # ) -> Result<(), WxError> {
    /// if !wechat.check_session(&token, "oGZUI0egBJY1zhBYw2KhdUfwVJJE", &signature).await? {
    ///     println!("call wx.login again");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`WxError::TokenRejected`] for the `access_token`; others by what happened.
    pub async fn check_session(
        &self,
        token: &AccessToken,
        openid: &str,
        signature: &Signature,
    ) -> Result<bool, WxError> {
        let request = Request::by(token, Api::CheckSessionKey).signed(openid, signature);
        let Current(is_current) = self.call(request).await?;
        Ok(is_current)
    }

    /// Replaces the user's `session_key`: the old one dies at once, the new one ends when the old
    /// one would have.
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
    /// match wechat.reset_session_key(&token, openid, &signature).await {
    ///     Ok(key) => drop(key), // seal it
    ///     Err(WxError::KeyStale(_)) => println!("call wx.login again"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`WxError::KeyStale`] if the signature was not made with the current key; others by what
    /// happened. Where the answer was lost, the old key may be dead and the new one unknown: only
    /// `wx.login` helps.
    pub async fn reset_session_key(
        &self,
        token: &AccessToken,
        openid: &str,
        signature: &Signature,
    ) -> Result<SessionKey, WxError> {
        let request = Request::by(token, Api::ResetSessionKey).signed(openid, signature);
        let New { openid: of, key } = self.call(request).await?;
        if of == openid {
            Ok(key)
        } else {
            Err(Garbage::Foreign("openid").into())
        }
    }
}

pub(crate) struct Current(bool);

impl Payload for Current {
    fn read(_: &Request, body: &[u8]) -> Result<Self, Garbage> {
        answer::confirmed(body).map(|()| Self(true))
    }

    fn negative(errcode: i64) -> Option<Self> {
        (errcode == INVALID_SIGNATURE).then_some(Self(false))
    }
}

pub(crate) struct New {
    openid: String,
    key: SessionKey,
}

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    openid: Raw<'a>,
    #[serde(borrow)]
    session_key: Raw<'a>,
}

impl Payload for New {
    fn read(_: &Request, body: &[u8]) -> Result<Self, Garbage> {
        let fields: Fields<'_> = answer::object(body)?;
        Ok(Self {
            openid: field::id("openid", fields.openid)?,
            key: session_key(fields.session_key)?,
        })
    }
}
