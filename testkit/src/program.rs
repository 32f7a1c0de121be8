//! The real programs of this workspace, built and run.
use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::Once,
    time::{Duration, Instant},
};

/// A program that is not ready, or has not ended, after this long will not be.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(10);

/// One running program. Killed when dropped, also by a panic.
pub struct Program {
    process: Child,
    log: PathBuf,
}

impl Program {
    /// Runs `name` with `arguments`; what it says on standard error goes to `log`, at its end.
    #[must_use]
    pub fn start(name: &str, arguments: &[&str], log: &Path) -> Self {
        Self::start_under(&[], name, arguments, log)
    }

    /// As [`Program::start`], by another program which becomes it: `env`, `strace -D`.
    #[must_use]
    pub fn start_under(by: &[&str], name: &str, arguments: &[&str], log: &Path) -> Self {
        let errors = File::options().create(true).append(true).open(log).unwrap();
        // A file that may not grow shows as a failed write then, as on a full disk, and ends nothing.
        let process = Command::new("sh")
            .args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"])
            .args(by)
            .arg(Self::path(name))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(errors)
            .spawn()
            .unwrap();
        Self {
            process,
            log: log.to_owned(),
        }
    }

    /// The program called `name`, built as this test was.
    #[must_use]
    pub fn path(name: &str) -> PathBuf {
        path(name)
    }

    /// Everything it has said so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Waits until it answers well at `url`.
    pub async fn until_ready(&mut self, url: &str) {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let asked = Instant::now();
        loop {
            let answer = http.get(url).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            let hope = self.runs() && asked.elapsed() < PATIENCE;
            assert!(hope, "it is not ready:\n{}", self.log());
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Ends it without warning, as `kill -9` does.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Asks it to end, as an orchestrator does, and waits until it has; it may have ended before.
    pub async fn terminate(&mut self) -> ExitStatus {
        if let Some(status) = self.process.try_wait().unwrap() {
            return status;
        }
        self.signal("TERM");
        let asked = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(
                asked.elapsed() < PATIENCE,
                "it did not end:\n{}",
                self.log()
            );
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Asks it to read its settings again.
    pub fn reload(&self) {
        self.signal("HUP");
    }

    /// Waits until it has said this, this often.
    pub async fn until_said(&self, words: &str, times: usize) {
        let asked = Instant::now();
        while self.log().matches(words).count() < times {
            assert!(asked.elapsed() < PATIENCE, "it does not say {words}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Stops it where it stands: its sockets stay open and say nothing.
    pub async fn pause(&self) {
        self.signal("STOP");
        let state = ["-o", "stat=", "-p", &self.id().to_string()].map(str::to_owned);
        let asked = Instant::now();
        loop {
            let state = Command::new("ps").args(&state).output().unwrap().stdout;
            if state.starts_with(b"T") {
                return;
            }
            assert!(asked.elapsed() < PATIENCE, "it does not stand still");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal("CONT");
    }

    /// From now on no file that it writes may grow beyond so many bytes; none: as they like.
    #[cfg(target_os = "linux")]
    pub fn limit_files(&self, bytes: Option<u64>) {
        let soft = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
        let limited = Command::new("prlimit")
            .args(["--pid", &self.id().to_string()])
            .arg(format!("--fsize={soft}:"))
            .status();
        assert!(limited.unwrap().success(), "prlimit");
    }

    fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.id());
        let sent = Command::new("sh").args(["-c", &kill]).status();
        assert!(sent.unwrap().success(), "{kill}");
    }

    /// Whether it is still running.
    pub fn runs(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // A program that a test has ended is gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The program called `name`, built as this test was.
fn path(name: &str) -> PathBuf {
    static BUILT: Once = Once::new();
    let test = env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    BUILT.call_once(|| build(folder));
    folder.join(name)
}

/// All programs at once, with a test beside them, as `scripts/test` builds them before the tests: then there
/// is nothing to do. Otherwise they would be built with other features, and with them half of what they
/// stand on.
fn build(folder: &Path) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--workspace", "--bins"]);
    cargo.args(["--test", "architecture"]);
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    let built = cargo
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(built.success(), "the programs do not build");
}
