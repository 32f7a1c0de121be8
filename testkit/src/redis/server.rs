//! A real Redis of a test's own: an empty one, gone when dropped.
use std::{fs, net::SocketAddr, time::Duration};

use deadpool_redis::redis::{
    self, AsyncConnectionConfig, FromRedisValue, RedisResult, aio::MultiplexedConnection,
};
use tempfile::TempDir;

use super::{
    RedisAccess,
    process::Process,
    settings::{Role, Settings},
    waiting::Waiting,
};
use crate::ports::{free_port, free_port_with_bus};

/// The longest wait for a connection or an answer of the test's own.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A running server. Killed when dropped, also by a panic.
pub struct RedisServer {
    port: u16,
    // Servers are part of larger things that move: they are to be small.
    settings: Box<Settings>,
    process: Process,
    folder: TempDir,
}

impl RedisServer {
    /// Starts an empty server and waits until it answers.
    pub async fn start() -> Self {
        Self::with(&RedisAccess::open()).await
    }

    /// Starts an empty server with this access and waits until it answers.
    pub async fn with(access: &RedisAccess) -> Self {
        Self::run(Settings::new(access, Role::Data)).await
    }

    pub(super) async fn run(settings: Settings) -> Self {
        // Somebody else may take a free port before our server does: then it ends at once.
        for _ in 0..5 {
            let folder = tempfile::tempdir().unwrap();
            let port = if settings.has_bus() {
                free_port_with_bus()
            } else {
                free_port()
            };
            let file = folder.path().join("redis.conf");
            fs::write(&file, settings.file(port, folder.path())).unwrap();
            let mut server = Self {
                process: Process::launch(&file, settings.is_sentinel()),
                settings: Box::new(settings.clone()),
                port,
                folder,
            };
            if server.answers().await {
                return server;
            }
        }
        panic!("redis-server ended on each of five free ports");
    }

    /// Where it is, for a client such as wxgate; password included.
    #[must_use]
    pub fn url(&self) -> String {
        self.settings.access.url(self.port)
    }

    /// Its port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// Whom it lets in.
    #[must_use]
    pub fn access(&self) -> &RedisAccess {
        &self.settings.access
    }

    /// Stops the process where it stands: its sockets stay open and say nothing.
    pub async fn pause(&self) {
        self.process.pause().await;
    }

    /// Lets a paused process go on.
    pub fn resume(&self) {
        self.process.resume();
    }

    /// Kills the process; whoever connects is refused from now on.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts a server where the killed one was. It keeps what it was told (its place in a Cluster,
    /// whose replica it is), and has no records.
    pub async fn revive(&mut self) {
        // A replica writes what it got from its master.
        let _ = fs::remove_file(self.folder.path().join("dump.rdb"));
        let file = self.folder.path().join("redis.conf");
        self.process = Process::launch(&file, self.settings.is_sentinel());
        assert!(self.answers().await, "redis-server did not start again");
    }

    /// A connection of the test's own, with all rights.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn connect(&self) -> RedisResult<MultiplexedConnection> {
        let client = self.settings.access.owner(self.port)?;
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(TIMEOUT))
            .set_response_timeout(Some(TIMEOUT));
        client
            .get_multiplexed_async_connection_with_config(&config)
            .await
    }

    /// Sends one command, with all rights, on a connection of its own.
    ///
    /// # Errors
    /// When the server does not answer, or says no.
    pub async fn ask<T: FromRedisValue>(&self, words: &[&str]) -> RedisResult<T> {
        let mut command = redis::Cmd::new();
        command.arg(words);
        command.query_async(&mut self.connect().await?).await
    }

    /// Changes a setting while it runs (`CONFIG SET`); a revived server has forgotten it.
    pub async fn configure(&self, name: &str, value: &str) {
        let () = self.ask(&["CONFIG", "SET", name, value]).await.unwrap();
    }

    /// The file that `SAVE` writes: what a stolen disk would show.
    pub async fn saved(&self) -> Vec<u8> {
        let () = self.ask(&["SAVE"]).await.unwrap();
        fs::read(self.folder.path().join("dump.rdb")).unwrap()
    }

    /// Has it write every command that changes something to its disk, too.
    pub async fn keep_a_log(&self) {
        self.configure("appendonly", "yes").await;
    }

    /// Every file on its disk: what a thief would carry away.
    #[must_use]
    pub fn files(&self) -> Vec<Vec<u8>> {
        let (mut files, mut folders) = (Vec::new(), vec![self.folder.path().to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(fs::read(path).unwrap());
                }
            }
        }
        files
    }

    /// False when the process has ended.
    async fn answers(&mut self) -> bool {
        let waiting = Waiting::until("redis-server answers");
        while !self.process.has_ended() {
            if self.greets().await.unwrap_or(false) {
                return true;
            }
            waiting.pause().await;
        }
        false
    }

    /// Whether it is our process that answers at our port.
    async fn greets(&self) -> RedisResult<bool> {
        let pong: String = self.ask(&["PING"]).await?;
        let info: String = self.ask(&["INFO", "server"]).await?;
        let ours = format!("process_id:{}\r\n", self.process.id());
        Ok(pong == "PONG" && info.contains(&ours))
    }
}
