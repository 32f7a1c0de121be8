//! An app's `access_token`.

use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    access_token::{AccessToken, GrantedToken, Renewal},
    answer::{self, Payload},
    api::Api,
    client::WxClient,
    error::WxError,
    field::{self, Raw, value},
    garbage::Garbage,
    login::App,
    request::Request,
};

/// No token lives longer; a longer time is not believed.
const LONGEST: Duration = Duration::from_hours(2);

impl WxClient {
    /// The app's `access_token`, of the kind that its holders share: asked again, WeChat answers
    /// the same one until its last five minutes. Independent of the tokens of `/cgi-bin/token`.
    /// Limits: 10,000 calls a minute, 500,000 a day.
    ///
    /// ```no_run
    /// use wx_client::{App, Renewal, WxClient, WxError};
    ///
    /// # async fn example(wechat: WxClient, app: App) -> Result<(), WxError> {
    /// let granted = wechat.stable_token(&app, Renewal::WhenDue).await?;
    /// println!("good for {} s", granted.expires_in.as_secs());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`WxError::Misconfigured`] for a wrong appid or secret or an IP address that is not listed;
    /// others by what happened.
    pub async fn stable_token(&self, app: &App, renewal: Renewal) -> Result<GrantedToken, WxError> {
        let request = Request::of(app, Api::StableToken).with("grant_type", "client_credential");
        let request = match renewal {
            Renewal::WhenDue => request,
            Renewal::Forced => request.flag("force_refresh").once(),
        };
        self.call(request).await
    }

    /// A new `access_token` of the older kind. Each call ends the token before within five minutes,
    /// so only one process may ask; [`stable_token`](WxClient::stable_token) has no such trap.
    /// WeChat is said to allow 2000 a day.
    ///
    /// ```no_run
    /// use wx_client::{App, WxClient, WxError};
    ///
    /// # async fn example(wechat: WxClient, app: App) -> Result<(), WxError> {
    /// let granted = wechat.token(&app).await?;
    /// println!("good for {} s", granted.expires_in.as_secs());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As of [`stable_token`](WxClient::stable_token).
    pub async fn token(&self, app: &App) -> Result<GrantedToken, WxError> {
        let request = Request::of(app, Api::Token).with("grant_type", "client_credential");
        self.call(request).await
    }
}

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    access_token: Raw<'a>,
    #[serde(borrow)]
    expires_in: Raw<'a>,
}

impl Payload for GrantedToken {
    fn read(request: &Request, body: &[u8]) -> Result<Self, Garbage> {
        let fields: Fields<'_> = answer::object(body)?;
        let token = |raw: &RawValue| AccessToken::parse(request.appid.as_str(), value(raw)?);
        let expires_in = field::seconds("expires_in", fields.expires_in)?;
        if expires_in.is_zero() {
            return Err(Garbage::Malformed("expires_in"));
        }
        Ok(Self {
            access_token: field::read("access_token", fields.access_token, token)?,
            expires_in: expires_in.min(LONGEST),
        })
    }
}
