//! An OpenTelemetry collector that keeps what it receives.
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    common::v1::any_value::Value,
    trace::v1::ResourceSpans,
};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, transport::Server};

/// A collector on a port of its own; ends with its run time.
#[derive(Clone)]
pub struct Collector {
    /// Where it listens.
    pub at: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// One span that came in.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Which service sent it.
    pub service: String,
    /// Its name.
    pub name: String,
    /// Its trace.
    pub trace: Vec<u8>,
    /// Its own id.
    pub id: Vec<u8>,
    /// The id of the span it is part of; empty at the root.
    pub parent: Vec<u8>,
    /// Everything it says, as text.
    pub text: String,
}

impl Collector {
    /// Starts receiving.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let collector = Self {
            at: listener.local_addr().unwrap(),
            seen: Arc::default(),
        };
        let service = TraceServiceServer::new(collector.clone());
        let serving = Server::builder()
            .add_service(service)
            .serve_with_incoming(TcpListenerStream::new(listener));
        tokio::spawn(serving);
        collector
    }

    /// What has come in so far.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let spans = request
            .into_inner()
            .resource_spans
            .into_iter()
            .flat_map(spans_of);
        self.seen.lock().unwrap().extend(spans);
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

fn spans_of(batch: ResourceSpans) -> Vec<Seen> {
    let service = service_name(&batch);
    let spans = batch.scope_spans.into_iter().flat_map(|scope| scope.spans);
    spans
        .map(|span| Seen {
            service: service.clone(),
            name: span.name.clone(),
            trace: span.trace_id.clone(),
            id: span.span_id.clone(),
            parent: span.parent_span_id.clone(),
            text: format!("{span:?}"),
        })
        .collect()
}

fn service_name(batch: &ResourceSpans) -> String {
    let attributes = batch
        .resource
        .iter()
        .flat_map(|resource| &resource.attributes);
    let named = attributes.filter(|attribute| attribute.key == "service.name");
    let values = named.filter_map(|attribute| attribute.value.clone()?.value);
    values
        .filter_map(|value| match value {
            Value::StringValue(name) => Some(name),
            _ => None,
        })
        .collect()
}
