//! The client, and the way that every call takes through it.

use std::sync::Arc;

use reqwest::Client;
use tracing::{Instrument, Span, field::Empty};
use url::Url;

use crate::{
    answer::{self, Payload},
    api::Api,
    error::WxError,
    http,
    request::Request,
    settings::{self, BuildError, Settings},
};

/// WeChat's server API. Clones share one pool of connections.
#[derive(Clone, Debug)]
pub struct WxClient(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    http: Client,
    base: Url,
}

impl WxClient {
    /// A client of the WeChat at `settings.base_url`. Proxies named in the environment are not
    /// used and redirects are not followed.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if the base URL is unfit or the HTTP client cannot be set up.
    pub fn new(settings: Settings) -> Result<Self, BuildError> {
        let base = settings::base(settings.base_url)?;
        let plain = base.scheme() == "http";
        let http = http::client(plain, settings.connect_timeout, settings.timeout)?;
        Ok(Self(Arc::new(Shared { http, base })))
    }

    /// Asks, and reads the answer.
    pub(crate) async fn call<P: Payload>(&self, request: Request) -> Result<P, WxError> {
        let span = self.span(request.api);
        let result = self.attempt(&request).instrument(span.clone()).await;
        if let Err(error) = &result {
            record(&span, error);
        }
        result
    }

    async fn attempt<P: Payload>(&self, request: &Request) -> Result<P, WxError> {
        let body = http::send(&self.0.http, &self.0.base, request).await?;
        answer::read(request, &body)
    }

    /// The client span of a call: where it goes, never what it carries.
    fn span(&self, api: Api) -> Span {
        let (base, method, path) = (&self.0.base, api.method(), api.path());
        tracing::info_span!(
            "wechat",
            otel.kind = "client",
            otel.name = format!("{method} {path}"),
            otel.status_code = Empty,
            http.request.method = method.as_str(),
            server.address = base.host_str(),
            server.port = base.port_or_known_default(),
            url.template = path,
            http.response.status_code = Empty,
            wechat.errcode = Empty,
            error.type = Empty,
        )
    }
}

/// A refused code, key or user is an ordinary outcome; all else makes the span a failed one.
fn record(span: &Span, error: &WxError) {
    span.record("error.type", error.kind());
    if let Some(errcode) = error.errcode() {
        span.record("wechat.errcode", errcode);
    }
    if !error.is_ordinary() {
        span.record("otel.status_code", "ERROR");
    }
}
