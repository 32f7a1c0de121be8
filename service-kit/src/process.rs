//! One process: command line, configuration, telemetry, service, end.
mod probe;

use std::{path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context;
use clap::{Args, FromArgMatches, Subcommand};
use serde::de::DeserializeOwned;
use telemetry::Metrics;
use tokio::net::TcpListener;

use crate::{Clock, Lifecycle, Listen, Readiness, Source, SystemClock, admin, config, http};

/// Calls in flight get this long to finish after the first signal.
const GRACE: Duration = Duration::from_secs(20);

/// What a service needs of the process it runs in. Cheap to clone.
#[derive(Clone)]
pub struct Host {
    /// Owns the service's tasks.
    pub lifecycle: Lifecycle,
    /// Where the service counts.
    pub metrics: Metrics,
    /// Where the service says that it can work.
    pub readiness: Readiness,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where the settings came from, where they may be read again.
    pub source: Option<Source>,
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Host(..)")
    }
}

impl Host {
    /// A host with a registry and readiness of its own, whose tasks `lifecycle` owns.
    #[must_use]
    pub fn new(lifecycle: Lifecycle, clock: Arc<dyn Clock>) -> Self {
        let host = Self {
            lifecycle,
            metrics: Metrics::default(),
            readiness: Readiness::default(),
            clock,
            source: None,
        };
        let (stopping, readiness) = (host.lifecycle.stopping(), host.readiness.clone());
        host.lifecycle.spawn("readiness", async move {
            stopping.cancelled().await;
            readiness.drain();
            Ok::<_, std::convert::Infallible>(())
        });
        host
    }

    /// Serves `/livez`, `/readyz` and `/metrics` on `listener`.
    pub fn serve_admin(&self, listener: TcpListener) {
        let router = admin::router(self.metrics.clone(), self.readiness.clone());
        let stopping = self.lifecycle.stopping();
        self.lifecycle
            .spawn("admin", http::serve(listener, router, stopping));
    }
}

/// A service that can be a process of its own.
pub trait Process: DeserializeOwned + Send + Sync {
    /// Its name: of the program, and of its spans.
    const NAME: &'static str;

    /// How it logs and traces.
    fn telemetry(&self) -> &telemetry::Config;

    /// Its admin port.
    fn admin(&self) -> &Listen;

    /// Binds, connects and starts everything; returns once it serves.
    fn start(self, host: Host) -> impl Future<Output = anyhow::Result<()>> + Send;
}

#[derive(Debug, Args)]
struct Cli {
    /// The configuration file; without it, wxgate.toml where present.
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Ask the running process whether it is ready; exit 0 if so. For container health checks.
    Health,
}

/// Runs `P` as this process, until a signal or a failure.
///
/// What stops it from starting is said in one line, with its causes.
pub async fn run<P: Process>() -> ExitCode {
    try_run::<P>().await.unwrap_or_else(|error| {
        eprintln!("{}: {error:#}", P::NAME);
        ExitCode::FAILURE
    })
}

async fn try_run<P: Process>() -> anyhow::Result<ExitCode> {
    let command = Cli::augment_args(clap::Command::new(P::NAME).version(env!("CARGO_PKG_VERSION")));
    let cli = Cli::from_arg_matches(&command.get_matches()).map_err(anyhow::Error::from)?;
    let config: P = config::load(cli.config.as_deref())?;
    match cli.command {
        Some(Command::Health) => probe::ready(config.admin().listen).await,
        None => serve(config, Source::new(cli.config)).await,
    }
}

async fn serve<P: Process>(config: P, source: Source) -> anyhow::Result<ExitCode> {
    let telemetry = telemetry::init(P::NAME, config.telemetry())?;
    let mut host = Host::new(Lifecycle::default(), Arc::new(SystemClock));
    host.source = Some(source);
    let lifecycle = host.lifecycle.clone();
    let ended = match config.start(host).await {
        Ok(()) => {
            tracing::info!(
                service = P::NAME,
                version = env!("CARGO_PKG_VERSION"),
                "serving"
            );
            lifecycle.run(GRACE).await.context("waiting for signals")
        }
        Err(error) => Err(error.context(format!("starting {}", P::NAME))),
    };
    tokio::task::spawn_blocking(move || telemetry.shutdown()).await?;
    tracing::info!("ended");
    ended
}
