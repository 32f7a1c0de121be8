//! Where settings came from, to read them again.
use std::{io, path::PathBuf};

use serde::de::DeserializeOwned;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::config;

/// The file and the environment that a process was started with.
#[derive(Clone, Debug)]
pub struct Source {
    file: Option<PathBuf>,
}

impl Source {
    /// `file`, or `wxgate.toml` where present; then the environment.
    #[must_use]
    pub const fn new(file: Option<PathBuf>) -> Self {
        Self { file }
    }

    /// Reads the settings again.
    ///
    /// # Errors
    /// As [`config::load`].
    pub fn again<T: DeserializeOwned>(&self) -> anyhow::Result<T> {
        config::load(self.file.as_deref())
    }

    /// SIGHUP: somebody wants the settings to be read again. From this call on it no longer ends the
    /// process.
    ///
    /// # Errors
    /// When the handler cannot be installed.
    pub fn asked(&self) -> io::Result<Signal> {
        signal(SignalKind::hangup())
    }
}
