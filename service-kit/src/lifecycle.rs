//! Starting and stopping a process.
use std::{fmt::Display, process::ExitCode, time::Duration};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Owns the tasks of a process, and the order in which they end.
///
/// The first signal drains: listeners close, calls in flight finish. A second one, or the end of
/// the grace period, ends the process at once. A task that fails ends the whole process with a
/// failing exit code, so that nothing stays half alive.
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

    /// Runs a task until it ends; should it fail, the whole process winds down.
    pub fn spawn<E: Display + Send>(
        &self,
        name: &'static str,
        task: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        let (stop, failed) = (self.stop.clone(), self.failed.clone());
        self.tasks.spawn(async move {
            if let Err(error) = task.await {
                tracing::error!(task = name, %error, "task failed, winding down");
                failed.cancel();
                stop.cancel();
            }
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
        let mut signals = Signals::new()?;
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
        Ok(if clean {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

struct Signals {
    term: Signal,
    int: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            int: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.term.recv() => "SIGTERM",
            _ = self.int.recv() => "SIGINT",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_failed_task_fails_the_process() {
        let lifecycle = Lifecycle::default();
        lifecycle.spawn("doomed", async { Err("broken") });
        let code = lifecycle.run(Duration::from_secs(1)).await.unwrap();
        assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::FAILURE));
    }

    #[tokio::test]
    async fn a_failed_task_of_one_service_fails_the_process() {
        let lifecycle = Lifecycle::default();
        lifecycle.child().spawn("doomed", async { Err("broken") });
        let code = lifecycle.run(Duration::from_secs(1)).await.unwrap();
        assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::FAILURE));
    }

    #[tokio::test]
    async fn a_stopped_process_waits_for_its_tasks() {
        let lifecycle = Lifecycle::default();
        let (stopping, (done, seen)) = (lifecycle.stopping(), tokio::sync::oneshot::channel());
        lifecycle.spawn("polite", async move {
            stopping.cancelled().await;
            done.send(()).map_err(|()| "nobody waited")
        });
        lifecycle.stopping().cancel();
        let code = lifecycle.run(Duration::from_secs(1)).await.unwrap();
        assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::SUCCESS));
        seen.await.unwrap();
    }
}
