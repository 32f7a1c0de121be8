//! What goes out, and what of it must not come back in an error.

use secrecy::ExposeSecret;
use serde_json::{Map, Value};
use url::Url;

use crate::{access_token::AccessToken, api::Api, login::App, sent::Sent, signature::Signature};

/// One call, ready to go out.
pub(crate) struct Request {
    pub(crate) api: Api,
    /// The app in whose name it is made.
    pub(crate) appid: String,
    /// Whether asking twice does no harm.
    pub(crate) is_repeatable: bool,
    query: Vec<(&'static str, String)>,
    body: Map<String, Value>,
    pub(crate) sent: Sent,
}

impl Request {
    fn new(api: Api, appid: &str) -> Self {
        Self {
            api,
            appid: appid.to_owned(),
            is_repeatable: api.is_repeatable(),
            query: Vec::new(),
            body: Map::new(),
            sent: Sent::default(),
        }
    }

    /// A call that an app's secret authenticates.
    pub(crate) fn of(app: &App, api: Api) -> Self {
        Self::new(api, &app.appid)
            .with("appid", &app.appid)
            .hiding("secret", app.secret.expose_secret())
    }

    /// The same, where the secret goes by its longer name.
    pub(crate) fn with_appsecret(app: &App, api: Api) -> Self {
        Self::new(api, &app.appid)
            .with("appid", &app.appid)
            .hiding("appsecret", app.secret.expose_secret())
    }

    /// A call for the mini-program `appid` that a third-party platform's token authenticates.
    pub(crate) fn of_platform(platform: &AccessToken, appid: &str, api: Api) -> Self {
        Self::new(api, appid)
            .with("appid", appid)
            .with("component_appid", platform.appid())
            .hiding("component_access_token", platform.expose())
    }

    /// A call that an `access_token` authenticates, which is always in the query.
    pub(crate) fn by(token: &AccessToken, api: Api) -> Self {
        let mut request = Self::new(api, token.appid());
        request.sent.hide(token.expose());
        request
            .query
            .push(("access_token", token.expose().to_owned()));
        request
    }

    /// Adds the proof that we hold this user's `session_key`.
    pub(crate) fn signed(self, openid: &str, signature: &Signature) -> Self {
        self.hiding("openid", openid)
            .hiding("signature", signature.expose())
            .with("sig_method", "hmac_sha256")
    }

    /// Adds a parameter that may be seen.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        if self.api.is_get() {
            self.query.push((name, value.to_owned()));
        } else {
            self.body.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Adds a parameter that no error may show.
    pub(crate) fn hiding(mut self, name: &'static str, value: &str) -> Self {
        self.sent.hide(value);
        self.with(name, value)
    }

    /// Adds a true parameter to a POST.
    pub(crate) fn flag(mut self, name: &'static str) -> Self {
        self.body.insert(name.to_owned(), true.into());
        self
    }

    /// Says that asking twice would do harm.
    pub(crate) fn once(mut self) -> Self {
        self.is_repeatable = false;
        self
    }

    /// The address below `base`.
    pub(crate) fn url(&self, base: &Url) -> Url {
        let mut url = base.clone();
        url.path_segments_mut()
            .expect("a base URL was checked to have a path")
            .pop_if_empty()
            .extend(self.api.path().split('/').skip(1));
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        url
    }

    /// The JSON to post; none with GET.
    pub(crate) fn body(&self) -> Option<String> {
        (!self.api.is_get()).then(|| Value::Object(self.body.clone()).to_string())
    }
}
