//! The calls.

use std::sync::Arc;

use reqwest::Client;
use secrecy::ExposeSecret;
use tracing::{Instrument, Span, field::Empty};
use url::Url;

use crate::{
    answer,
    error::WxError,
    http,
    login::{App, WxLogin},
    refusal::Sent,
    settings::{self, BuildError, Settings},
};

/// WeChat's server API. Clones share one pool of connections.
#[derive(Clone, Debug)]
pub struct WxClient(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    http: Client,
    code_to_session: Url,
}

impl WxClient {
    /// A client of the WeChat at `settings.base_url`. Proxies named in the environment are not
    /// used and redirects are not followed.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if the base URL is unfit or the HTTP client cannot be set up.
    pub fn new(settings: Settings) -> Result<Self, BuildError> {
        let code_to_session = settings::endpoint(settings.base_url, ["sns", "jscode2session"])?;
        let plain = code_to_session.scheme() == "http";
        let http = http::client(plain, settings.connect_timeout, settings.timeout)?;
        Ok(Self(Arc::new(Shared {
            http,
            code_to_session,
        })))
    }

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
        let span = self.span();
        let result = self.exchange(app, code).instrument(span.clone()).await;
        if let Err(error) = &result {
            record(&span, error);
        }
        result
    }

    async fn exchange(&self, app: &App, code: &str) -> Result<WxLogin, WxError> {
        let secret = app.secret.expose_secret();
        let mut url = self.0.code_to_session.clone();
        url.query_pairs_mut()
            .append_pair("appid", &app.appid)
            .append_pair("secret", secret)
            .append_pair("js_code", code)
            .append_pair("grant_type", "authorization_code");
        let body = http::get(&self.0.http, url).await?;
        answer::read(&body, &Sent::new(secret, code))
    }

    /// The client span of the call: where it goes, never what it carries.
    fn span(&self) -> Span {
        let url = &self.0.code_to_session;
        tracing::info_span!(
            "wechat.jscode2session",
            otel.kind = "client",
            otel.name = "GET /sns/jscode2session",
            otel.status_code = Empty,
            http.request.method = "GET",
            server.address = url.host_str(),
            server.port = url.port_or_known_default(),
            url.template = "/sns/jscode2session",
            http.response.status_code = Empty,
            wechat.errcode = Empty,
            error.type = Empty,
        )
    }
}

/// A refused code or user is an ordinary outcome; all else makes the span a failed one.
fn record(span: &Span, error: &WxError) {
    span.record("error.type", error.kind());
    if let Some(errcode) = error.errcode() {
        span.record("wechat.errcode", errcode);
    }
    if !matches!(error, WxError::CodeRejected(_) | WxError::UserBlocked(_)) {
        span.record("otel.status_code", "ERROR");
    }
}
