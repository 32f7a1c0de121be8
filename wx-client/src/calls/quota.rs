//! Quotas, and a way to clear them.

use crate::{
    answer::{self, Payload},
    api::Api,
    client::WxClient,
    error::WxError,
    garbage::Garbage,
    login::App,
    request::Request,
};

impl WxClient {
    /// Clears the app's daily quotas of all calls. It needs no `access_token`, so it helps where
    /// the quota for tokens is used up. WeChat allows it ten times a month, counting its console.
    ///
    /// ```no_run
    /// use wx_client::{App, Quota, WxClient, WxError};
    ///
    /// # async fn example(wechat: WxClient, app: App) -> Result<(), WxError> {
    /// match wechat.clear_quota(&app).await {
    ///     Err(WxError::RateLimited { quota: Quota::PerMonth, .. }) => println!("not this month"),
    ///     other => other?,
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`WxError::RateLimited`] if it was done ten times this month (48006); others by what
    /// happened.
    pub async fn clear_quota(&self, app: &App) -> Result<(), WxError> {
        let Cleared = self
            .call(Request::with_appsecret(app, Api::ClearQuota))
            .await?;
        Ok(())
    }
}

pub(crate) struct Cleared;

impl Payload for Cleared {
    fn read(_: &Request, body: &[u8]) -> Result<Self, Garbage> {
        answer::confirmed(body).map(|()| Self)
    }
}
