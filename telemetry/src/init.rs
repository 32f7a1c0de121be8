//! The process-wide subscriber.
use std::{io::IsTerminal, time::Duration};

use anyhow::Context;
use opentelemetry::{KeyValue, trace::TracerProvider};
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler, SdkTracerProvider, TracerProviderBuilder},
};
use tracing_subscriber::{
    EnvFilter, Layer, Registry, filter::LevelFilter, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::{Config, LogFormat, SpanFeed, panics};

/// A collector that does not answer is given up on after this long.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(3);

type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Keeps the exporter alive; end it with [`Guard::shutdown`].
#[must_use = "spans are lost unless the guard is shut down"]
#[derive(Debug)]
pub struct Guard(SdkTracerProvider);

impl Guard {
    /// Sends what is still queued, waiting at most three seconds.
    ///
    /// Blocks: call it through `spawn_blocking`, or a run time with one worker would wait for
    /// itself.
    pub fn shutdown(self) {
        if let Err(error) = self.0.shutdown_with_timeout(EXPORT_TIMEOUT) {
            tracing::warn!(%error, "the last spans were not exported");
        }
    }
}

/// Installs logs and traces for the process called `service`.
///
/// From then on a panic is one error event, not text between the lines.
///
/// Every span gets a trace id, whether or not it is exported, so that a problem report can name it.
///
/// # Errors
/// When the filter does not parse, the collector's address is malformed, or a subscriber is
/// already installed.
pub fn init(service: &'static str, config: &Config) -> anyhow::Result<Guard> {
    install(service, config, builder(service, config))
}

/// As [`init`]; `feed` gets every span besides.
///
/// # Errors
/// As [`init`].
pub fn init_fed(service: &'static str, config: &Config, feed: SpanFeed) -> anyhow::Result<Guard> {
    install(
        service,
        config,
        builder(service, config).with_span_processor(feed),
    )
}

fn install(
    service: &'static str,
    config: &Config,
    builder: TracerProviderBuilder,
) -> anyhow::Result<Guard> {
    let filter = EnvFilter::try_new(&config.filter).context("telemetry.filter")?;
    let provider = exporting(builder, config)?;
    let traces = tracing_opentelemetry::layer().with_tracer(provider.tracer(service));
    // Spans are ours and few: they do not depend on how much is logged.
    let layers: Vec<BoxedLayer> = vec![
        traces.with_filter(LevelFilter::INFO).boxed(),
        log_lines(config.log).with_filter(filter).boxed(),
    ];
    tracing_subscriber::registry()
        .with(layers)
        .try_init()
        .context("installing the log")?;
    panics::log_from_now_on();
    Ok(Guard(provider))
}

fn log_lines(format: LogFormat) -> BoxedLayer {
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Human => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    }
}

fn builder(service: &'static str, config: &Config) -> TracerProviderBuilder {
    let resource = Resource::builder()
        .with_service_name(service)
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.sample_ratio)));
    SdkTracerProvider::builder()
        .with_resource(resource)
        .with_sampler(sampler)
}

fn exporting(builder: TracerProviderBuilder, config: &Config) -> anyhow::Result<SdkTracerProvider> {
    let Some(endpoint) = &config.otlp_endpoint else {
        return Ok(builder.build());
    };
    let exporter = SpanExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .with_timeout(EXPORT_TIMEOUT)
        .build()
        .context("telemetry.otlp_endpoint")?;
    Ok(builder.with_batch_exporter(exporter).build())
}
