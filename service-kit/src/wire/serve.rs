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
use tower_http::catch_panic::CatchPanicLayer;

use super::GrpcBind;
use crate::Host;

/// No call of ours takes longer; the caller's own deadline is usually shorter.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);
/// Calls in flight on one connection; more are refused, not queued.
const CALLS_PER_CONNECTION: usize = 512;
/// A silent peer is asked this often whether it is still there.
const KEEPALIVE: Duration = Duration::from_secs(20);

/// A gRPC server that lacks nothing but its connections.
#[derive(Debug)]
pub struct GrpcServing {
    routes: Routes,
    host: Host,
}

impl GrpcServing {
    /// Serves `routes`, and `grpc.health.v1` beside them, for `host`.
    #[must_use]
    pub fn new(routes: Routes, host: Host) -> Self {
        Self { routes, host }
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
        let (health, reporting) = health(&self.host);
        let reporting = tokio::spawn(reporting);
        let served = Server::builder()
            .timeout(CALL_TIMEOUT)
            .concurrency_limit_per_connection(CALLS_PER_CONNECTION)
            .load_shed(true)
            .max_concurrent_streams(1024)
            .http2_keepalive_interval(Some(KEEPALIVE))
            // Outermost: sees every answer, refusals and time-outs included.
            .layer(ServerLayer::new(
                GrpcServer,
                TraceStart::Continue,
                &self.host.metrics,
            ))
            .layer(CatchPanicLayer::custom(panicked))
            .add_routes(self.routes)
            .add_service(health)
            .serve_with_incoming_shutdown(connections, stopping.cancelled_owned())
            .await;
        reporting.abort();
        served
    }
}

/// A panic ends one call, not the connection with everybody else's calls.
fn panicked(_: Box<dyn Any + Send>) -> http::Response<Body> {
    tracing::error!("a call panicked");
    Status::internal("internal error").into_http()
}

fn health(
    host: &Host,
) -> (
    HealthServer<HealthService>,
    impl Future<Output = ()> + Send + 'static,
) {
    let reporter = HealthReporter::new();
    let service = HealthService::from_health_reporter(reporter.clone());
    let mut changes = host.readiness.changes();
    let following = async move {
        while let Some(ready) = changes.next().await {
            reporter.set_service_status("", serving_status(ready)).await;
        }
    };
    (HealthServer::new(service), following)
}

fn serving_status(ready: bool) -> ServingStatus {
    if ready {
        ServingStatus::Serving
    } else {
        ServingStatus::NotServing
    }
}
