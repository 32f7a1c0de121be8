//! The program `fake-wechat`.

mod probe;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use humantime_serde::re::humantime;
use service_kit::SystemClock;
use tokio::signal::{
    ctrl_c,
    unix::{SignalKind, signal},
};

use crate::{BindError, FakeApp, FakeWechat, Settings, bind, serve};

/// A faithful stand-in for WeChat's server API: invented users, no security.
#[derive(Debug, clap::Parser)]
#[command(name = "fake-wechat", version)]
pub struct Args {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// Lets --listen be an address that other machines can reach.
    #[arg(long)]
    allow_remote: bool,
    /// An app to know, once for each; without any, one invented app.
    #[arg(long = "app", value_name = "APPID:SECRET")]
    apps: Vec<FakeApp>,
    /// A session key younger than this survives a new login code.
    #[arg(long, default_value = "0s", value_parser = humantime::parse_duration)]
    key_rotation_min: Duration,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Ask the fake that listens on --listen whether it serves; exit 0 if so. For container health
    /// checks.
    Health,
}

/// Why the program ended other than by a signal.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// No socket.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// Signals or the socket failed.
    #[error("the server failed")]
    Serve(#[from] io::Error),
    /// The health check failed.
    #[error("no fake serves on {listen}")]
    Unhealthy {
        /// The address asked.
        listen: SocketAddr,
        /// What came instead of its answer.
        source: io::Error,
    },
}

impl Args {
    /// Serves until Ctrl-C or SIGTERM, or asks the fake that does.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on, the system gives no signals, or the fake asked does
    /// not serve.
    pub async fn run(self) -> Result<(), ProgramError> {
        match self.command {
            None => self.serve().await,
            Some(Command::Health) => {
                let listen = self.listen;
                let answer = probe::serving(listen).await;
                answer.map_err(|source| ProgramError::Unhealthy { listen, source })
            }
        }
    }

    async fn serve(self) -> Result<(), ProgramError> {
        let listener = bind(self.listen, self.allow_remote).await?;
        let settings = Settings {
            apps: self.apps,
            key_rotation_min: self.key_rotation_min,
            ..Settings::default()
        };
        let mut terminate = signal(SignalKind::terminate())?;
        let stopping = async move {
            tokio::select! {
                _ = ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        };
        Ok(serve(
            FakeWechat::new(settings, Arc::new(SystemClock)),
            listener,
            stopping,
        )
        .await?)
    }
}
