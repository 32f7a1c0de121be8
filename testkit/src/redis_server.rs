//! A real Redis of a test's own: an empty one, gone when dropped.
use std::{
    io::ErrorKind,
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use deadpool_redis::redis::{self, RedisResult, aio::MultiplexedConnection};
use tempfile::TempDir;

/// A server that was not there after this long is not coming.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(5);

/// A running server. Killed when dropped, also by a panic.
pub struct RedisServer {
    port: u16,
    process: Child,
    folder: TempDir,
}

impl RedisServer {
    /// Starts an empty server and waits until it answers.
    pub async fn start() -> Self {
        // Somebody else may take a free port before our server does: then it ends at once.
        for _ in 0..5 {
            let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
            let process = launch(port, &folder);
            let mut server = Self {
                port,
                process,
                folder,
            };
            if server.answers().await {
                return server;
            }
        }
        panic!("redis-server ended on each of five free ports");
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Stops the process where it stands: its sockets stay open and say nothing.
    pub async fn pause(&self) {
        self.signal("STOP");
        let paused = async {
            while !self.is_paused() {
                tokio::time::sleep(PAUSE).await;
            }
        };
        let paused = tokio::time::timeout(PATIENCE, paused).await;
        paused.expect("a stopped process stands still");
    }

    /// Lets a paused process go on.
    pub fn resume(&self) {
        self.signal("CONT");
    }

    /// Kills the process; whoever connects is refused from now on.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts an empty server where the killed one was.
    pub async fn revive(&mut self) {
        self.process = launch(self.port, &self.folder);
        assert!(self.answers().await, "redis-server did not start again");
    }

    /// A connection of the test's own.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn connect(&self) -> RedisResult<MultiplexedConnection> {
        let client = redis::Client::open(self.url())?;
        client.get_multiplexed_async_connection().await
    }

    /// The file that `SAVE` writes: what a stolen disk would show.
    pub async fn saved(&self) -> Vec<u8> {
        let mut connection = self.connect().await.unwrap();
        let () = redis::cmd("SAVE")
            .query_async(&mut connection)
            .await
            .unwrap();
        std::fs::read(self.folder.path().join("dump.rdb")).unwrap()
    }

    /// False when the process has ended.
    async fn answers(&mut self) -> bool {
        let answering = async {
            loop {
                if self.process.try_wait().unwrap().is_some() {
                    return false;
                }
                if self.greets().await.unwrap_or(false) {
                    return true;
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        let answers = tokio::time::timeout(PATIENCE, answering).await;
        answers.expect("redis-server answers within ten seconds")
    }

    /// Whether it is our process that answers at our port.
    async fn greets(&self) -> RedisResult<bool> {
        let mut connection = self.connect().await?;
        let pong: String = redis::cmd("PING").query_async(&mut connection).await?;
        let info = redis::cmd("INFO").arg("server").to_owned();
        let info: String = info.query_async(&mut connection).await?;
        let ours = format!("process_id:{}\r\n", self.process.id());
        Ok(pong == "PONG" && info.contains(&ours))
    }

    fn is_paused(&self) -> bool {
        let mut ps = Command::new("ps");
        ps.args(["-o", "stat=", "-p", &self.process.id().to_string()]);
        ps.output()
            .is_ok_and(|output| output.stdout.starts_with(b"T"))
    }

    fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.process.id());
        let sent = Command::new("sh").args(["-c", &kill]).status().unwrap();
        assert!(sent.success(), "{kill}");
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // A server that a test has killed is gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn launch(port: u16, folder: &TempDir) -> Child {
    let launched = Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--save", "", "--appendonly", "no"])
        .arg("--dir")
        .arg(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn();
    match launched {
        Err(error) if error.kind() == ErrorKind::NotFound => panic!(
            "these tests need redis-server, which is not installed: run scripts/test, which installs it"
        ),
        launched => launched.unwrap(),
    }
}
