//! `code2Session` for a third-party platform that runs other owners' mini-programs.

use crate::{
    access_token::AccessToken, api::Api, client::WxClient, error::WxError, login::WxLogin,
    request::Request,
};

impl WxClient {
    /// Exchanges the code of `wx.login()` of the mini-program `appid`, which has authorised the
    /// third-party platform whose `component_access_token` this is. The unionid is that of the
    /// mini-program's owner. As with [`code_to_session`](WxClient::code_to_session), a code can be
    /// exchanged once.
    ///
    /// ```no_run
    /// use wx_client::{AccessToken, WxClient, WxError};
    ///
    /// # async fn example(wechat: WxClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let platform = AccessToken::parse("wxfedcba9876543210", "87_component".to_owned())
    ///     .ok_or("not a token")?;
    /// let code = "0716AVll20uHk94SLDml27etM946AVlq";
    /// match wechat.component_code_to_session(&platform, "wx0123456789abcdef", code).await {
    ///     Ok(login) => println!("welcome, {}", login.openid),
    ///     Err(WxError::CodeRejected(_)) => println!("call wx.login again"),
    ///     Err(error) => return Err(error.into()),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`WxError::Misconfigured`] where the mini-program has not authorised the platform (61003),
    /// or the platform waits for its next ticket (61005, 61006); others by what happened. Unless
    /// [`WxError::nothing_was_sent`], the code may be spent.
    pub async fn component_code_to_session(
        &self,
        platform: &AccessToken,
        appid: &str,
        code: &str,
    ) -> Result<WxLogin, WxError> {
        let request = Request::of_platform(platform, appid, Api::ComponentCodeToSession)
            .hiding("js_code", code)
            .with("grant_type", "authorization_code");
        self.call(request).await
    }
}
