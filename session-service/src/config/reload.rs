//! `[[apps]]`, read again when the process is told to.
use std::convert::Infallible;

use anyhow::Context;
use service_kit::{Host, Source};
use wx_client::App;

use super::{AppSettings, Config};
use crate::service::Apps;

impl Config {
    /// The mini-programs, once their secrets are read.
    ///
    /// # Errors
    /// When a secret is missing, or its file cannot be read.
    pub(super) fn apps(&self) -> anyhow::Result<Vec<App>> {
        self.apps.iter().map(AppSettings::app).collect()
    }
}

/// Reads `[[apps]]` again on each SIGHUP. The other settings need a restart.
pub(super) fn follow(apps: &Apps, host: &Host) -> anyhow::Result<()> {
    let Some(source) = host.source.clone() else {
        return Ok(());
    };
    let mut asked = source.asked().context("waiting for SIGHUP")?;
    let (apps, stopping) = (apps.clone(), host.lifecycle.stopping());
    host.lifecycle.spawn("apps", async move {
        while stopping
            .run_until_cancelled(asked.recv())
            .await
            .flatten()
            .is_some()
        {
            let (apps, source) = (apps.clone(), source.clone());
            // A file may be slow to come, as from a network: nobody else waits for it.
            let read = tokio::task::spawn_blocking(move || read(&apps, &source));
            report(read.await.context("reading the settings").flatten());
        }
        Ok::<_, Infallible>(())
    });
    Ok(())
}

fn read(apps: &Apps, source: &Source) -> anyhow::Result<usize> {
    let read = source.again::<Config>()?.apps()?;
    let count = read.len();
    apps.replace(read)?;
    Ok(count)
}

fn report(outcome: anyhow::Result<usize>) {
    match outcome {
        Ok(count) => tracing::info!(event = "apps_reloaded", count, "[[apps]] was read again"),
        Err(error) => tracing::error!(
            event = "apps_not_reloaded",
            error = format!("{error:#}"),
            "the apps stay as they were: the settings have a fault"
        ),
    }
}
