//! strace, held against a running program: makes its calls fail, and lets go again.
use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;
use testkit::Program;

const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(10);

/// A strace at work. The program goes on without it once it is dropped.
pub(crate) struct Strace {
    process: Child,
    said: PathBuf,
    _dir: TempDir,
}

impl Strace {
    /// Takes hold of all threads of `program`, to do what `arguments` say.
    pub(crate) async fn attach(program: &Program, arguments: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let said = dir.path().join("said");
        let errors = File::create(&said).expect("a file");
        let process = Command::new("strace")
            .args(["-f", "-p", &program.id().to_string()])
            .args(arguments)
            .arg("-o")
            .arg(dir.path().join("trace"))
            .stderr(errors)
            .stdin(Stdio::null())
            .spawn()
            .expect("strace is needed: apt-get install strace, and run as root");
        let mut strace = Self {
            process,
            said,
            _dir: dir,
        };
        strace.until_attached().await;
        strace
    }

    async fn until_attached(&mut self) {
        let asked = Instant::now();
        loop {
            let said = fs::read_to_string(&self.said).expect("it is text");
            if said.contains("attached") {
                return;
            }
            let ended = self.process.try_wait().expect("a child").is_some();
            assert!(!ended && asked.elapsed() < PATIENCE, "strace: {said}");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

impl Drop for Strace {
    fn drop(&mut self) {
        let interrupt = format!("kill -INT {}", self.process.id());
        // It has ended by itself if its program has.
        let _ = Command::new("sh").args(["-c", &interrupt]).output();
        let _ = self.process.wait();
    }
}
