//! Starting and stopping a process.
use std::{fmt::Display, panic::AssertUnwindSafe, process::ExitCode, time::Duration};

use futures::FutureExt;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Owns the tasks of a process, and the order in which they end.
///
/// The first signal drains: listeners close, calls in flight finish. A second one, or the end of
/// the grace period, ends the process at once. A task that fails or panics ends the whole process
/// with a failing exit code, so that nothing stays half alive.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    stop: CancellationToken,
    failed: CancellationToken,
    tasks: TaskTracker,
}

impl Lifecycle {
    /// A lifecycle for one of several services in this process: it can be stopped by itself, and a
    /// task of its that fails ends the whole process.
    #[must_use]
    pub fn child(&self) -> Self {
        Self {
            failed: self.failed.clone(),
            ..Self::default()
        }
    }

    /// Cancelled when the process should wind down.
    #[must_use]
    pub fn stopping(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Runs a task until it ends; should it fail or panic, the whole process winds down.
    pub fn spawn<E: Display + Send>(
        &self,
        name: &'static str,
        task: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        let (stop, failed) = (self.stop.clone(), self.failed.clone());
        self.tasks.spawn(async move {
            // Of a task that panicked nothing is looked at again.
            match AssertUnwindSafe(task).catch_unwind().await {
                Ok(Ok(())) => return,
                Ok(Err(error)) => tracing::error!(task = name, %error, "task failed, winding down"),
                Err(_) => tracing::error!(task = name, "task panicked, winding down"),
            }
            failed.cancel();
            stop.cancel();
        });
    }

    /// Asks every task to wind down, and waits for them.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Runs until a signal, a failed task, or [`Lifecycle::stopping`] is cancelled; then winds down
    /// within `grace`.
    ///
    /// # Errors
    /// When signal handlers cannot be installed.
    pub async fn run(self, grace: Duration) -> std::io::Result<ExitCode> {
        Ok(self.run_on(Terminal::new()?, grace).await)
    }

    async fn run_on(self, mut signals: impl Signals, grace: Duration) -> ExitCode {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = self.failed.cancelled() => {}
            name = signals.next() => tracing::info!(signal = name, "draining"),
        }
        let drained = tokio::select! {
            result = tokio::time::timeout(grace, self.stop()) => result.is_ok(),
            _ = signals.next() => false,
        };
        if !drained {
            tracing::warn!("dropping work that did not finish");
        }
        let clean = drained && !self.failed.is_cancelled();
        if clean {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

/// Where the wish to end comes from.
trait Signals: Send {
    /// Waits for the next one and gives its name.
    fn next(&mut self) -> impl Future<Output = &'static str> + Send;
}

/// The signals of whoever runs this process.
struct Terminal {
    term: Signal,
    int: Signal,
}

impl Terminal {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            int: signal(SignalKind::interrupt())?,
        })
    }
}

impl Signals for Terminal {
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.term.recv() => "SIGTERM",
            _ = self.int.recv() => "SIGINT",
        }
    }
}

#[cfg(test)]
mod tests;
