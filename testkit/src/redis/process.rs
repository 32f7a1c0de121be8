//! One process of `redis-server`.
use std::{
    io::ErrorKind,
    path::Path,
    process::{Child, Command, Stdio},
};

use super::waiting::Waiting;

/// A running process. Killed when dropped, also by a panic.
pub(super) struct Process(Child);

impl Process {
    /// Starts `redis-server` with the configuration file `settings`.
    pub(super) fn launch(settings: &Path, is_sentinel: bool) -> Self {
        let mut command = Command::new("redis-server");
        command.arg(settings);
        if is_sentinel {
            command.arg("--sentinel");
        }
        let launched = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        match launched {
            Err(error) if error.kind() == ErrorKind::NotFound => panic!(
                "these tests need redis-server, which is not installed: run scripts/test, which installs it"
            ),
            launched => Self(launched.unwrap()),
        }
    }

    pub(super) fn id(&self) -> u32 {
        self.0.id()
    }

    pub(super) fn has_ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }

    /// Stops it where it stands.
    pub(super) async fn pause(&self) {
        self.signal("STOP");
        let waiting = Waiting::until("a stopped process stands still");
        while !self.is_paused() {
            waiting.pause().await;
        }
    }

    /// Lets it go on.
    pub(super) fn resume(&self) {
        self.signal("CONT");
    }

    pub(super) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    fn is_paused(&self) -> bool {
        let mut ps = Command::new("ps");
        ps.args(["-o", "stat=", "-p", &self.id().to_string()]);
        ps.output()
            .is_ok_and(|output| output.stdout.starts_with(b"T"))
    }

    fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.id());
        let sent = Command::new("sh").args(["-c", &kill]).status().unwrap();
        assert!(sent.success(), "{kill}");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A process that a test has killed is gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
