//! The command line.
use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{demo, dev, keygen, sessions};

/// Login and sessions for WeChat mini-programs, self-hosted.
#[derive(Debug, Parser)]
// A flag before a subcommand would be read and then ignored, so it is refused.
#[command(
    name = "wxgate",
    version,
    about,
    args_conflicts_with_subcommands = true
)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    dev: Dev,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run everything in this process (the default).
    Dev(Dev),
    /// Walk one user through login, phone number, refresh and logout, and show what crossed the wire.
    Demo(Demo),
    /// Make the keys that the services need.
    Keygen(keygen::Keygen),
    Sessions(sessions::Sessions),
}

/// What `dev` runs on.
#[derive(Clone, Debug, Args)]
pub(crate) struct Dev {
    /// The configuration file; without it, wxgate.toml where present.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where users and generated keys are kept.
    #[arg(long, value_name = "DIR", default_value = ".wxgate")]
    pub(crate) data_dir: PathBuf,
    #[command(flatten)]
    pub(crate) parts: Parts,
}

/// The real parts that may stand in for embedded ones.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Parts {
    /// Keep sessions in this Redis instead of in memory: redis://host:port.
    #[arg(long, value_name = "URL")]
    pub(crate) redis: Option<String>,
    /// Keep users in this database instead of the embedded one.
    #[arg(long, value_name = "sqlite:FILE|postgres:URL")]
    pub(crate) database: Option<String>,
    /// Which WeChat to ask; the real one needs [[apps]] in the configuration.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) wechat: Wechat,
}

/// Which WeChat is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Wechat {
    /// fake-wechat, in this process: invented users.
    #[default]
    Fake,
    /// api.weixin.qq.com, or what `[wechat] base_url` says.
    Real,
}

#[derive(Debug, Args)]
struct Demo {
    /// Keep the sessions in this Redis instead of in memory: redis://host:port.
    #[arg(long, value_name = "URL")]
    redis: Option<String>,
}

impl Cli {
    /// Does what the command line says.
    ///
    /// # Errors
    /// When it cannot be done; the chain of causes is for a person.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            None => dev::run(self.dev).await,
            Some(Command::Dev(dev)) => dev::run(dev).await,
            Some(Command::Demo(Demo { redis })) => demo::run(redis).await,
            Some(Command::Keygen(keygen)) => keygen.run(),
            Some(Command::Sessions(sessions)) => sessions.run().await,
        }
    }
}
