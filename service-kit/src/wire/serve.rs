//! The layers and limits every gRPC server of ours has.
use std::{any::Any, io, time::Duration};

use telemetry::{GrpcServer, ServerLayer, TraceStart};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_stream::{Stream, StreamExt, wrappers::ReceiverStream};
use tonic::{
    Status,
    body::Body,
    service::Routes,
    transport::{
        Server,
        server::{Connected, TcpIncoming},
    },
};
use tonic_health::{
    ServingStatus,
    pb::health_server::HealthServer,
    server::{HealthReporter, HealthService},
};
use tower::{BoxError, ServiceBuilder, limit::GlobalConcurrencyLimitLayer};
use tower_http::catch_panic::CatchPanicLayer;

use super::{GrpcBind, deadline::DeadlineLayer};
use crate::Host;

#[cfg(test)]
mod tests;

/// Calls open on one connection. More than may be in flight at all, so that a caller with too many
/// is refused and not left waiting.
const STREAMS: u32 = 2048;
/// A silent peer is asked this often whether it is still there.
const KEEPALIVE: Duration = Duration::from_secs(20);

/// What callers of one server may take.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// No call takes longer; the caller's own deadline is usually shorter.
    call: Duration,
    /// Calls in flight, whatever their connection; more are refused, not queued.
    calls: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            call: Duration::from_secs(15),
            calls: 1024,
        }
    }
}

/// A gRPC server that lacks nothing but its connections.
#[derive(Debug)]
pub struct GrpcServing {
    routes: Routes,
    names: Vec<&'static str>,
    host: Host,
    limits: Limits,
}

impl GrpcServing {
    /// Serves `routes`, and `grpc.health.v1` beside them, for `host`.
    #[must_use]
    pub fn new(routes: Routes, host: Host) -> Self {
        Self {
            routes,
            names: vec![""], // the server as a whole
            host,
            limits: Limits::default(),
        }
    }

    /// Answers for the health of `service` as well, such as `wx.session.v1.SessionService`.
    #[must_use]
    pub fn named(mut self, service: &'static str) -> Self {
        self.names.push(service);
        self
    }

    /// Serves until the host stops, then lets calls in flight finish.
    ///
    /// # Errors
    /// When the transport fails.
    pub async fn run(self, bind: GrpcBind) -> Result<(), tonic::transport::Error> {
        match bind {
            // Messages are small: waiting to fill a packet would only add delay.
            GrpcBind::Tcp(listener) => {
                self.accept(TcpIncoming::from(listener).with_nodelay(Some(true)))
                    .await
            }
            GrpcBind::Memory(pipes) => self.accept(ReceiverStream::new(pipes).map(Ok)).await,
        }
    }

    async fn accept<C>(
        self,
        connections: impl Stream<Item = io::Result<C>>,
    ) -> Result<(), tonic::transport::Error>
    where
        C: AsyncRead + AsyncWrite + Connected + Unpin + Send + 'static,
    {
        let stopping = self.host.lifecycle.stopping();
        let (health, reporting) = health(self.names, &self.host).await;
        let reporting = tokio::spawn(reporting);
        // Outermost first. tonic's own limits stay unused: they sit outside all of these, so that
        // what they refuse would have no span, no log line and no metric.
        let layers = ServiceBuilder::new()
            .layer(ServerLayer::new(
                GrpcServer,
                TraceStart::Continue,
                &self.host.metrics,
            ))
            .layer(CatchPanicLayer::custom(panicked))
            .map_result(shed)
            .load_shed()
            .layer(GlobalConcurrencyLimitLayer::new(self.limits.calls))
            .layer(DeadlineLayer(self.limits.call));
        let served = Server::builder()
            .max_concurrent_streams(STREAMS)
            .http2_keepalive_interval(Some(KEEPALIVE))
            .layer(layers)
            .add_routes(self.routes)
            .add_service(health)
            .serve_with_incoming_shutdown(connections, stopping.cancelled_owned())
            .await;
        reporting.abort();
        served
    }
}

type Answer = Result<http::Response<Body>, BoxError>;

/// Nothing within fails but by an answer: a failure is a call that was not let in.
fn shed(answer: Answer) -> Answer {
    answer.or_else(|_| Ok(Status::resource_exhausted("too many calls in flight").into_http()))
}

/// A panic ends one call, not the connection with everybody else's calls. The panic hook logs it.
fn panicked(_: Box<dyn Any + Send>) -> http::Response<Body> {
    Status::internal("internal error").into_http()
}

/// The health of the services called `names`: the host's readiness, now and from now on.
async fn health(
    names: Vec<&'static str>,
    host: &Host,
) -> (
    HealthServer<HealthService>,
    impl Future<Output = ()> + Send + 'static,
) {
    let reporter = HealthReporter::new();
    let service = HealthService::from_health_reporter(reporter.clone());
    let mut changes = host.readiness.changes();
    report(&reporter, &names, host.readiness.ready()).await;
    let following = async move {
        while let Some(ready) = changes.next().await {
            report(&reporter, &names, ready).await;
        }
    };
    (HealthServer::new(service), following)
}

async fn report(reporter: &HealthReporter, names: &[&'static str], ready: bool) {
    for name in names {
        reporter
            .set_service_status(name, serving_status(ready))
            .await;
    }
}

fn serving_status(ready: bool) -> ServingStatus {
    if ready {
        ServingStatus::Serving
    } else {
        ServingStatus::NotServing
    }
}
