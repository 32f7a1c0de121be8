//! The client, and the way that every call takes through it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::Client;
use tracing::{Instrument, Span, field::Empty};
use url::Url;

use crate::{
    answer::{self, Payload},
    api::Api,
    clock::Clock,
    error::WxError,
    gate::{Gate, Gates},
    http,
    request::Request,
    retry,
    settings::{self, BuildError, Settings},
};

/// WeChat's server API. Clones share one pool of connections, and what they know of how WeChat is.
///
/// A call may take several attempts, all within its time: it is repeated up to twice, after a short
/// pause, where nothing reached WeChat, or where asking twice does no harm and the failure may
/// pass. A call that spends a code, a key or a quota is never sent twice.
#[derive(Clone, Debug)]
pub struct WxClient {
    shared: Arc<Shared>,
    timeout: Duration,
}

#[derive(Debug)]
struct Shared {
    http: Client,
    base: Url,
    connect_timeout: Duration,
    gates: Gates,
}

impl WxClient {
    /// A client of the WeChat at `settings.base_url`. Proxies named in the environment are not
    /// used and redirects are not followed.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if the base URL is unfit or the HTTP client cannot be set up.
    pub fn new(settings: Settings) -> Result<Self, BuildError> {
        Self::on(settings, Clock::system())
    }

    /// The same, with limits that take the time from `elapsed`: how long it is since some moment.
    /// For tests.
    ///
    /// # Errors
    ///
    /// As of [`WxClient::new`].
    pub fn with_clock(
        settings: Settings,
        elapsed: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Result<Self, BuildError> {
        Self::on(settings, Clock::new(elapsed))
    }

    fn on(settings: Settings, clock: Clock) -> Result<Self, BuildError> {
        let shared = Shared {
            http: http::client(&settings)?,
            gates: Gates::new(&settings, clock),
            base: settings::base(settings.base_url)?,
            connect_timeout: settings.connect_timeout,
        };
        Ok(Self {
            shared: Arc::new(shared),
            timeout: settings.timeout,
        })
    }

    /// The same client for callers who have less time: their calls take no longer than this, and
    /// never longer than `settings.timeout`.
    #[must_use]
    pub fn within(&self, time: Duration) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            timeout: self.timeout.min(time),
        }
    }

    /// Asks, and reads the answer.
    pub(crate) async fn call<P: Payload>(&self, request: Request) -> Result<P, WxError> {
        let span = self.span(request.api);
        let result = self.attempts(&request).instrument(span.clone()).await;
        if let Err(error) = &result {
            record(&span, error);
        }
        result
    }

    async fn attempts<P: Payload>(&self, request: &Request) -> Result<P, WxError> {
        let gate = self.shared.gates.of(&request.appid, request.api);
        let deadline = Instant::now() + self.timeout;
        let mut result = self.attempt(request, &gate, deadline).await;
        for (number, pause) in (1..).zip(retry::pauses()) {
            let Err(error) = &result else { break };
            // With less time, it could not be told whether the attempt was sent.
            let needed = pause + self.shared.connect_timeout;
            if !retry::is_worth_it(request, error) || Instant::now() + needed >= deadline {
                break;
            }
            tokio::time::sleep(pause).await;
            Span::current().record("http.request.resend_count", number);
            match self.attempt(request, &gate, deadline).await {
                // This attempt was never sent, but the one before may have been.
                Err(later) if later.nothing_was_sent() && !error.nothing_was_sent() => break,
                Err(WxError::Throttled { .. } | WxError::CircuitOpen { .. }) => break,
                next => result = next,
            }
        }
        result
    }

    async fn attempt<P: Payload>(
        &self,
        request: &Request,
        gate: &Gate,
        deadline: Instant,
    ) -> Result<P, WxError> {
        let Shared { http, base, .. } = &*self.shared;
        let pass = gate.pass()?;
        let patience = deadline.saturating_duration_since(Instant::now());
        let result = match http::send(http, base, request, patience).await {
            Ok(body) => answer::read(request, &body),
            Err(error) => Err(error),
        };
        gate.record(pass, result.as_ref().err());
        result
    }

    /// The client span of a call: where it goes, never what it carries.
    fn span(&self, api: Api) -> Span {
        let (base, method, path) = (&self.shared.base, api.method(), api.path());
        tracing::info_span!(
            "wechat",
            otel.kind = "client",
            otel.name = format!("{method} {path}"),
            otel.status_code = Empty,
            http.request.method = method.as_str(),
            http.request.resend_count = Empty,
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
