//! How processes here speak: log lines, traces, metrics, and the tower layers that produce them.
//!
//! `init` sets up logs and traces once per process. [`Metrics`] is a registry that is handed down:
//! one process may hold several, so nothing here is global but the log. The layers
//! ([`ServerLayer`], [`ClientLayer`]) know HTTP and gRPC, not this product.

mod client;
mod config;
mod context;
mod feed;
mod init;
mod metrics;
mod panics;
mod server;

pub use self::{
    client::{ClientLayer, ClientTrace},
    config::{Config, LogFormat},
    context::trace_id,
    feed::{Attributes, EndedSpan, SpanFeed},
    init::{Guard, init, init_fed},
    metrics::Metrics,
    server::{GrpcServer, HttpServer, Server, ServerLayer, TraceStart, Wire},
};
