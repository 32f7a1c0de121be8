//! The program `fake-wechat`.

mod file;
mod probe;

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use humantime_serde::re::humantime;
use service_kit::SystemClock;
use tokio::signal::{
    ctrl_c,
    unix::{SignalKind, signal},
};

use self::file::File;
pub use self::file::FileError;
use crate::{BindError, FakeApp, FakeWechat, MessageHash, bind, serve};

/// A faithful stand-in for WeChat's server API: invented users, no security.
#[derive(Debug, clap::Parser)]
#[command(name = "fake-wechat", version)]
pub struct Args {
    /// Where to listen.
    #[arg(long, env = "FAKE_WECHAT_LISTEN", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// Lets --listen be an address that other machines can reach.
    #[arg(long, env = "FAKE_WECHAT_ALLOW_REMOTE")]
    allow_remote: bool,
    /// Apps and manners, as TOML or (*.json) JSON; what is also said here wins.
    #[arg(long, env = "FAKE_WECHAT_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// An app to know, once for each (in the environment with commas between); without any, those of
    /// the file, or one invented app.
    #[arg(
        long = "app",
        env = "FAKE_WECHAT_APPS",
        hide_env_values = true,
        value_delimiter = ',',
        value_name = "APPID:SECRET"
    )]
    apps: Vec<FakeApp>,
    /// A session key younger than this survives a new login code: 0s unless said otherwise.
    #[arg(long, env = "FAKE_WECHAT_KEY_ROTATION_MIN", value_parser = humantime::parse_duration)]
    key_rotation_min: Option<Duration>,
    /// How long a session key lives; without it, until it is replaced.
    #[arg(long, env = "FAKE_WECHAT_KEY_LIFE", value_parser = humantime::parse_duration)]
    key_life: Option<Duration>,
    /// Over what checkencryptedmsg's hash is made: the base64 text unless said otherwise.
    #[arg(long, env = "FAKE_WECHAT_MESSAGE_HASH", value_enum)]
    message_hash: Option<MessageHash>,
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
    /// The file is of no use.
    #[error(transparent)]
    File(#[from] FileError),
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
    /// When the file is of no use, the address cannot be listened on, the system gives no signals, or the fake asked does
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

    /// A fake as this command line and its file want it, on the machine's clock.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or is of no use.
    pub fn fake(&self) -> Result<FakeWechat, FileError> {
        let file = self.config.as_deref().map(File::read).transpose()?;
        let file = file.unwrap_or_default();
        let mut settings = file.settings()?;
        if !self.apps.is_empty() {
            settings.apps.clone_from(&self.apps);
        }
        settings.key_rotation_min = self.key_rotation_min.unwrap_or(settings.key_rotation_min);
        settings.key_life = self.key_life.or(settings.key_life);
        settings.message_hash = self.message_hash.unwrap_or(settings.message_hash);
        let fake = FakeWechat::new(settings, Arc::new(SystemClock));
        file.furnish(&fake);
        Ok(fake)
    }

    async fn serve(self) -> Result<(), ProgramError> {
        let fake = self.fake()?;
        let listener = bind(self.listen, self.allow_remote).await?;
        let mut terminate = signal(SignalKind::terminate())?;
        let stopping = async move {
            tokio::select! {
                _ = ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        };
        Ok(serve(fake, listener, stopping).await?)
    }
}
