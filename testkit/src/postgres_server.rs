//! A real PostgreSQL of a test's own: empty, gone when dropped.
mod programs;

use std::{
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

use self::programs::Programs;
use crate::ports::free_port;

/// A server that was not there after this long is not coming.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(10);
/// The server's only user.
const USER: &str = "wxgate";
/// Their password, with every character that an address gives a meaning.
const PASSWORD: &str = "p@ss:w/or?d#1%&=+";

/// A running server. Ends when dropped, also by a panic.
pub struct PostgresServer {
    port: u16,
    process: Child,
    programs: Programs,
    databases: AtomicU32,
    folder: TempDir,
}

impl PostgresServer {
    /// Starts an empty server and waits until it answers.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let programs = Programs::find(folder.path());
        programs.init_db(folder.path(), USER, PASSWORD);
        // Somebody else may take a free port before our server does: then it ends at once.
        for _ in 0..5 {
            let port = free_port();
            let process = launch(&programs, port, &folder);
            if let Some(process) = answering(process, port).await {
                return Self {
                    port,
                    process,
                    programs,
                    databases: AtomicU32::default(),
                    folder,
                };
            }
        }
        panic!("postgres ended on each of five free ports");
    }

    /// The server that the tests which run at the same time share; the last one ends it.
    pub async fn shared() -> Arc<Self> {
        static STARTING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        static RUNNING: Mutex<Weak<PostgresServer>> = Mutex::new(Weak::new());
        let _one_starts = STARTING.lock().await;
        let running = || RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        let found = running().upgrade();
        if let Some(server) = found {
            return server;
        }
        let server = Arc::new(Self::start().await);
        *running() = Arc::downgrade(&server);
        server
    }

    /// Makes an empty database; answers its address, password included.
    pub async fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.run("postgres", &format!("CREATE DATABASE {name}"))
            .await;
        self.url(&name)
    }

    /// Runs SQL as the server's owner.
    pub async fn run(&self, database: &str, sql: &str) {
        let mut connection = PgConnection::connect(&self.url(database)).await.unwrap();
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        sql.execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    /// Where a database is, password included.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        address(self.port, database)
    }

    /// The password that the addresses include.
    #[must_use]
    pub const fn password(&self) -> &'static str {
        PASSWORD
    }

    /// Stops every process of the server where it stands: its sockets stay open and say nothing.
    pub fn pause(&self) {
        self.signal("STOP");
    }

    /// Lets a paused server go on.
    pub fn resume(&self) {
        self.signal("CONT");
    }

    /// Kills the server without a chance to tidy up; whoever connects is refused from now on.
    pub fn kill(&mut self) {
        self.signal("KILL");
        self.process.wait().unwrap();
    }

    /// Has the server end at once, as `pg_ctl -m immediate` does: nothing is written back.
    pub fn quit(&mut self) {
        self.signal("QUIT");
        self.process.wait().unwrap();
    }

    /// Starts the killed server again, with what it had written.
    pub async fn revive(&mut self) {
        // What is left of the killed one may take a moment to go: until then a new one ends at once.
        for _ in 0..50 {
            let process = launch(&self.programs, self.port, &self.folder);
            if let Some(process) = answering(process, self.port).await {
                self.process = process;
                return;
            }
            tokio::time::sleep(PAUSE * 10).await;
        }
        panic!("postgres did not start again");
    }

    /// To the server and to all that it has started.
    fn signal(&self, name: &str) {
        let id = self.process.id();
        let kill = format!("kill -{name} {id} $(pgrep -P {id})");
        // One of them may have gone by itself meanwhile.
        let _ = Command::new("sh").args(["-c", &kill]).output();
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        // Immediate shutdown: it ends its own processes and gives its shared memory back.
        self.resume();
        let quit = format!("kill -QUIT {}", self.process.id());
        let _ = Command::new("sh").args(["-c", &quit]).output();
        let _ = self.process.wait();
    }
}

/// The process, once it answers; nothing when it ends instead.
async fn answering(mut process: Child, port: u16) -> Option<Child> {
    let answering = async {
        loop {
            if process.try_wait().unwrap().is_some() {
                return false;
            }
            if PgConnection::connect(&address(port, "postgres"))
                .await
                .is_ok()
            {
                return true;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    let answers = tokio::time::timeout(PATIENCE, answering).await;
    let answers = answers.expect("postgres answers within twenty seconds");
    answers.then_some(process)
}

fn address(port: u16, database: &str) -> String {
    let mut url = reqwest::Url::parse("postgres://127.0.0.1/").unwrap();
    url.set_port(Some(port)).unwrap();
    url.set_username(USER).unwrap();
    url.set_password(Some(PASSWORD)).unwrap();
    url.set_path(database);
    // The URL standard leaves a bare percent sign alone, which a reader would take for an escape.
    url.to_string().replacen("%&", "%25&", 1)
}

fn launch(programs: &Programs, port: u16, folder: &TempDir) -> Child {
    programs
        .command("postgres")
        .arg("-D")
        .arg(folder.path().join("data"))
        .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"])
        .args(["-c", "unix_socket_directories="])
        // The operating system outlives every test: what reaches it is kept.
        .args(["-c", "fsync=off", "-c", "full_page_writes=off"])
        .args(["-c", "max_connections=1000", "-c", "shared_buffers=16MB"])
        // A server that is killed leaves nothing outside its folder.
        .args(["-c", "dynamic_shared_memory_type=mmap"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap()
}
