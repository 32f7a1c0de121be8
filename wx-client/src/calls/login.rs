//! `code2Session`: a login code becomes a user.

use serde::Deserialize;

use crate::{
    answer::{self, Payload},
    api::Api,
    client::WxClient,
    error::WxError,
    field::{self, Raw, value},
    garbage::Garbage,
    login::{App, WxLogin},
    request::Request,
    session_key::SessionKey,
};

impl WxClient {
    /// Exchanges the code of `wx.login()` for the user's identity and current key, in one attempt
    /// and within `settings.timeout`. A code can be exchanged once, up to five minutes after it
    /// was made; any string is safe to pass.
    ///
    /// ```no_run
    /// use wx_client::{App, Settings, WxClient, WxError};
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let wechat = WxClient::new(Settings::default())?;
    /// let app = App {
    ///     appid: "wx0123456789abcdef".to_owned(),
    ///     secret: "0123456789abcdef0123456789abcdef".into(),
    /// };
    /// match wechat.code_to_session(&app, "0716AVll20uHk94SLDml27etM946AVlq").await {
    ///     Ok(login) => println!("welcome, {}", login.openid),
    ///     Err(WxError::CodeRejected(_)) => println!("call wx.login again"),
    ///     Err(error) if error.nothing_was_sent() => println!("the code is still good"),
    ///     Err(error) => return Err(error.into()),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`WxError`] by what happened. Unless [`WxError::nothing_was_sent`], the code may be spent.
    pub async fn code_to_session(&self, app: &App, code: &str) -> Result<WxLogin, WxError> {
        let request = Request::of(app, Api::CodeToSession)
            .hiding("js_code", code)
            .with("grant_type", "authorization_code");
        self.call(request).await
    }
}

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    openid: Raw<'a>,
    #[serde(borrow)]
    unionid: Raw<'a>,
    #[serde(borrow)]
    session_key: Raw<'a>,
}

impl Payload for WxLogin {
    fn read(_: &Request, body: &[u8]) -> Result<Self, Garbage> {
        let fields: Fields<'_> = answer::object(body)?;
        Ok(Self {
            openid: field::id("openid", fields.openid)?,
            unionid: field::optional_id("unionid", fields.unionid)?,
            session_key: session_key(fields.session_key)?,
        })
    }
}

/// A user's key.
pub(super) fn session_key(raw: Raw<'_>) -> Result<SessionKey, Garbage> {
    field::read("session_key", raw, |raw| {
        value(raw).and_then(SessionKey::parse)
    })
}
