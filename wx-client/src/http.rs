//! The one place that makes an HTTP client and lets bytes out and in.

use std::{error::Error, time::Duration};

use reqwest::{Client, Response, StatusCode, header::CONTENT_TYPE, redirect};
use tracing::Span;
use url::Url;
use zeroize::Zeroizing;

use crate::{
    error::WxError,
    garbage::Garbage,
    request::Request,
    settings::{BuildError, Settings},
};

/// The largest answer that is read, in bytes; a genuine one has fewer than 300.
const BODY_LIMIT: usize = 64 * 1024;

/// Shorter than any idle time of a server or balancer we know of, so that we hang up first: a
/// request written to a connection that is just being closed is a lost login code.
const POOL_IDLE: Duration = Duration::from_secs(30);

/// How soon a silent peer of a kept connection is probed.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// A client that goes nowhere but to WeChat, once per attempt. One for plain HTTP needs no CA
/// certificates: a machine without any can run a stand-in.
pub(crate) fn client(settings: &Settings) -> Result<Client, BuildError> {
    let mut builder = Client::builder()
        // Environment proxies would be shown the AppSecret.
        .no_proxy()
        .redirect(redirect::Policy::none())
        // What may be tried again is decided in `retry`.
        .retry(reqwest::retry::never())
        // A stuck HTTP/2 connection would hold up every login at once.
        .http1_only()
        .connect_timeout(settings.connect_timeout)
        .pool_idle_timeout(POOL_IDLE)
        .tcp_keepalive(KEEPALIVE);
    if let Some(proxy) = &settings.proxy {
        let proxy = reqwest::Proxy::all(proxy.url().as_str());
        builder = builder.proxy(proxy.map_err(unfit)?);
    }
    let is_plain = |url: &Url| url.scheme() == "http";
    if is_plain(&settings.base_url) && settings.proxy.as_ref().is_none_or(|p| is_plain(p.url())) {
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(unfit)
}

fn unfit(error: reqwest::Error) -> BuildError {
    BuildError::Http(error.without_url().into())
}

/// The body of WeChat's answer, which is waited for no longer than `patience`. Wiped when dropped.
pub(crate) async fn send(
    http: &Client,
    base: &Url,
    request: &Request,
    patience: Duration,
) -> Result<Zeroizing<Vec<u8>>, WxError> {
    let mut builder = http
        .request(request.api.method(), request.url(base))
        .timeout(patience);
    if let Some(body) = request.body() {
        builder = builder.header(CONTENT_TYPE, "application/json").body(body);
    }
    let response = builder.send().await.map_err(meaning)?;
    let status = response.status();
    Span::current().record("http.response.status_code", status.as_u16());
    match status {
        StatusCode::OK => read(response).await,
        other if other.is_redirection() => Err(Garbage::Redirect(other.as_u16()).into()),
        other => Err(Garbage::Status(other.as_u16()).into()),
    }
}

async fn read(mut response: Response) -> Result<Zeroizing<Vec<u8>>, WxError> {
    // Room for all of it at once: a buffer that grows leaves unwiped copies behind.
    let mut body = Zeroizing::new(Vec::with_capacity(BODY_LIMIT));
    while let Some(chunk) = response.chunk().await.map_err(meaning)? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Err(Garbage::TooLarge.into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// What a failure on the way says about the request: unsent, or perhaps received.
fn meaning(error: reqwest::Error) -> WxError {
    let error = error.without_url();
    if error.is_builder() {
        WxError::Unsendable(error.into())
    } else if error.is_connect() {
        WxError::Unreachable(error.into())
    } else if is_not_http(&error) {
        Garbage::NotHttp.into()
    } else {
        WxError::NoAnswer(error.into())
    }
}

fn is_not_http(error: &(dyn Error + 'static)) -> bool {
    error
        .downcast_ref::<hyper::Error>()
        .is_some_and(hyper::Error::is_parse)
        || error.source().is_some_and(is_not_http)
}
