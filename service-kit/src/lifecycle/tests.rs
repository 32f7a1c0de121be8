//! When a process ends, and with which exit code.
use std::{convert::Infallible, future::pending};

use tokio::{sync::mpsc, time::timeout};

use super::*;

/// No end takes longer, however slow the machine.
const PATIENCE: Duration = Duration::from_secs(10);
const FOREVER: Duration = Duration::from_hours(1);

/// Signals that a test sends.
struct Sent(mpsc::UnboundedReceiver<&'static str>);

impl Signals for Sent {
    async fn next(&mut self) -> &'static str {
        match self.0.recv().await {
            Some(name) => name,
            None => pending().await,
        }
    }
}

fn sent(names: &[&'static str]) -> Sent {
    let (send, receive) = mpsc::unbounded_channel();
    for name in names {
        send.send(*name).unwrap();
    }
    Sent(receive)
}

/// How `lifecycle` ends when it gets `signals`.
async fn end(lifecycle: Lifecycle, signals: &[&'static str], grace: Duration) -> String {
    let run = timeout(PATIENCE, lifecycle.run_on(sent(signals), grace));
    format!("{:?}", run.await.expect("an end in time"))
}

fn failure() -> String {
    format!("{:?}", ExitCode::FAILURE)
}

fn success() -> String {
    format!("{:?}", ExitCode::SUCCESS)
}

async fn stubborn() -> Result<(), Infallible> {
    pending().await
}

async fn panics() -> Result<(), Infallible> {
    tokio::task::yield_now().await;
    panic!("broken")
}

#[tokio::test]
async fn a_failed_task_fails_the_process() {
    let lifecycle = Lifecycle::default();
    lifecycle.spawn("doomed", async { Err("broken") });
    assert_eq!(end(lifecycle, &[], FOREVER).await, failure());
}

#[tokio::test]
async fn a_panicking_task_fails_the_process() {
    let lifecycle = Lifecycle::default();
    lifecycle.spawn("doomed", panics());
    assert_eq!(end(lifecycle, &[], FOREVER).await, failure());
}

#[tokio::test]
async fn a_broken_task_of_one_service_fails_the_process() {
    let lifecycle = Lifecycle::default();
    lifecycle.child().spawn("doomed", async { Err("broken") });
    assert_eq!(end(lifecycle, &[], FOREVER).await, failure());
    let lifecycle = Lifecycle::default();
    lifecycle.child().spawn("doomed", panics());
    assert_eq!(end(lifecycle, &[], FOREVER).await, failure());
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
    let code = lifecycle.run(PATIENCE).await.unwrap();
    assert_eq!(format!("{code:?}"), success());
    seen.await.unwrap();
}

#[tokio::test]
async fn the_first_signal_drains() {
    let lifecycle = Lifecycle::default();
    let stopping = lifecycle.stopping();
    lifecycle.spawn("polite", async move {
        stopping.cancelled().await;
        Ok::<_, Infallible>(())
    });
    assert_eq!(end(lifecycle, &["SIGTERM"], FOREVER).await, success());
}

#[tokio::test]
async fn a_second_signal_ends_the_process_at_once() {
    let lifecycle = Lifecycle::default();
    lifecycle.spawn("stubborn", stubborn());
    let ended = end(lifecycle, &["SIGTERM", "SIGINT"], FOREVER).await;
    assert_eq!(ended, failure());
}

#[tokio::test]
async fn the_end_of_grace_ends_the_process() {
    let lifecycle = Lifecycle::default();
    lifecycle.spawn("stubborn", stubborn());
    let ended = end(lifecycle, &["SIGTERM"], Duration::from_millis(20)).await;
    assert_eq!(ended, failure());
}
