//! The three real programs, each with its configuration file.
use std::{fs, net::SocketAddr, path::PathBuf, process::Command, sync::Arc};

use service_kit::{Lifecycle, Listen, SystemClock};
use tempfile::TempDir;
use wxgate::keygen::{KeyFile, Keygen};

use crate::{Phone, Ports, Program, RedisServer, Wechat};

/// auth-gateway, session-service and crypto-service as processes of their own, with a real Redis and a
/// fake WeChat.
pub struct Fleet {
    /// auth-gateway.
    pub gateway: Program,
    /// session-service.
    pub session: Program,
    /// crypto-service.
    pub crypto: Program,
    /// Where sessions are kept.
    pub redis: RedisServer,
    /// A mini-program.
    pub phone: Phone,
    /// The fake WeChat's users.
    pub wechat: Wechat,
    ports: Ports,
    here: Lifecycle,
    dir: TempDir,
}

const NAMES: [&str; 3] = ["auth-gateway", "session-service", "crypto-service"];
const USERS: &str = "users.db";
const SETTINGS: &str = "wxgate.toml";

impl Fleet {
    /// Starts everything, with `telemetry` as the `[telemetry]` table of each program.
    pub async fn start(telemetry: &str) -> Self {
        Self::with(telemetry, None).await
    }

    /// Starts everything, with users in the database at `url`.
    pub async fn on_database(url: &str) -> Self {
        Self::with("", Some(url)).await
    }

    async fn with(telemetry: &str, database: Option<&str>) -> Self {
        let (dir, here, redis) = (
            tempfile::tempdir().unwrap(),
            Lifecycle::default(),
            RedisServer::start().await,
        );
        let users = format!("sqlite:{}", dir.path().join(USERS).display());
        let wechat = fake(&here).await;
        let ports = Ports::free();
        let only = vec![KeyFile::Master, KeyFile::Token, KeyFile::Index];
        Keygen {
            dir: dir.path().to_owned(),
            if_missing: false,
            only,
        }
        .make()
        .unwrap();
        let stores = [&redis.url(), database.unwrap_or(&users)];
        let rest = parts(stores, wechat, dir.path().to_str().unwrap());
        let settings = [&ports.settings(), &rest, telemetry].concat();
        fs::write(dir.path().join(SETTINGS), settings).unwrap();
        let [gateway, session, crypto] = NAMES.map(|name| launch(&[], name, &dir));
        let mut fleet = Self {
            gateway,
            session,
            crypto,
            redis,
            phone: Phone::new(ports.public, ports.internal),
            wechat: Wechat::new(wechat),
            ports,
            here,
            dir,
        };
        let programs = [&mut fleet.gateway, &mut fleet.session, &mut fleet.crypto];
        for (program, url) in programs.into_iter().zip(ports.readiness()) {
            program.until_ready(&url).await;
        }
        fleet
    }

    /// Starts auth-gateway again, after it ended, and waits until it is ready.
    pub async fn restart_gateway(&mut self) {
        self.gateway = self.again(0).await;
    }

    /// Starts session-service again, after it ended, and waits until it is ready.
    pub async fn restart_session(&mut self) {
        self.session = self.again(1).await;
    }

    /// Starts session-service again, after it ended, by another program (see
    /// [`Program::start_under`]); it may not be ready yet, or never be.
    pub fn launch_session_under(&mut self, by: &[&str]) {
        self.session = launch(by, NAMES[1], &self.dir);
    }

    /// Waits until session-service is ready.
    pub async fn session_ready(&mut self) {
        self.session.until_ready(&self.ports.readiness()[1]).await;
    }

    /// Ends every program, and starts each by another one: `by` makes it of the program's name.
    pub async fn restart_under(&mut self, by: impl Fn(&str) -> Vec<String>) {
        let programs = [&mut self.gateway, &mut self.session, &mut self.crypto];
        for (program, name) in programs.into_iter().zip(NAMES) {
            assert!(program.terminate().await.success(), "{}", program.log());
            let by = by(name);
            let by: Vec<&str> = by.iter().map(String::as_str).collect();
            *program = launch(&by, name, &self.dir);
        }
        let programs = [&mut self.gateway, &mut self.session, &mut self.crypto];
        for (program, url) in programs.into_iter().zip(self.ports.readiness()) {
            program.until_ready(&url).await;
        }
    }

    /// A second session-service on the same Redis and database, which must be no SQLite file; and where
    /// its gRPC is.
    pub async fn second_session(&self) -> (Program, SocketAddr) {
        let ports = Ports::free();
        let settings = fs::read_to_string(self.dir.path().join(SETTINGS)).unwrap();
        let settings = settings
            .replace(&self.ports.session.to_string(), &ports.session.to_string())
            .replace(
                &self.ports.admin[1].to_string(),
                &ports.admin[1].to_string(),
            );
        let place = self.dir.path().join("second.toml");
        fs::write(&place, settings).unwrap();
        let log = self.dir.path().join("second-session-service.log");
        let arguments = ["--config", place.to_str().unwrap()];
        let mut program = Program::start(NAMES[1], &arguments, &log);
        program
            .until_ready(&format!("http://{}/readyz", ports.admin[1]))
            .await;
        (program, ports.session)
    }

    /// gRPC of session-service.
    #[must_use]
    pub const fn session_at(&self) -> SocketAddr {
        self.ports.session
    }

    /// Changes the settings; the programs know of it once they read them again.
    pub fn edit_settings(&self, edit: impl FnOnce(String) -> String) {
        let place = self.dir.path().join(SETTINGS);
        let settings = edit(fs::read_to_string(&place).unwrap());
        fs::write(place, settings).unwrap();
    }

    /// Starts crypto-service again, after it ended, and waits until it is ready.
    pub async fn restart_crypto(&mut self) {
        self.crypto = self.again(2).await;
    }

    /// The file that holds users and revocations, where no other database was asked for.
    #[must_use]
    pub fn users(&self) -> PathBuf {
        self.dir.path().join(USERS)
    }

    /// Logs a user in, as their phone would; answers the token.
    pub async fn log_in(&self, openid: &str) -> String {
        let code = self.wechat.login_code(openid).await;
        self.phone.login(&code).await.expect(200).token()
    }

    /// What the three programs have said so far.
    #[must_use]
    pub fn logs(&self) -> String {
        [&self.gateway, &self.session, &self.crypto]
            .map(Program::log)
            .concat()
    }

    /// What each of the three programs has counted so far.
    pub async fn metrics(&self) -> [String; 3] {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let told = self.ports.metrics().map(async |url| {
            let answer = http.get(url).send().await.unwrap();
            answer.error_for_status().unwrap().text().await.unwrap()
        });
        futures::future::join_all(told).await.try_into().unwrap()
    }

    /// Every byte of the users' database and its log.
    #[must_use]
    pub fn database(&self) -> Vec<u8> {
        let files = ["users.db", "users.db-wal"].map(|name| self.dir.path().join(name));
        files
            .iter()
            .flat_map(|file| fs::read(file).unwrap_or_default())
            .collect()
    }

    /// What anybody on the machine may read of the programs: environment and arguments.
    #[must_use]
    pub fn surroundings(&self) -> Vec<u8> {
        let ids = [&self.gateway, &self.session, &self.crypto].map(|p| p.id().to_string());
        let shown = Command::new("ps")
            .args(["eww", "-o", "command=", "-p", &ids.join(",")])
            .output();
        shown.unwrap().stdout
    }

    /// Ends everything as an orchestrator would; each program must end well.
    pub async fn end(mut self) {
        for program in [&mut self.gateway, &mut self.session, &mut self.crypto] {
            let ended = program.terminate().await;
            assert!(ended.success(), "{ended}:\n{}", program.log());
        }
        self.here.stop().await;
    }

    async fn again(&self, which: usize) -> Program {
        let mut program = launch(&[], NAMES[which], &self.dir);
        program.until_ready(&self.ports.readiness()[which]).await;
        program
    }
}

async fn fake(here: &Lifecycle) -> SocketAddr {
    let fake =
        fake_wechat::FakeWechat::new(fake_wechat::Settings::default(), Arc::new(SystemClock));
    let listener = fake_wechat::bind(Listen::loopback(0).listen, false)
        .await
        .unwrap();
    let address = listener.local_addr().unwrap();
    let stopping = here.stopping().cancelled_owned();
    here.spawn("fake-wechat", fake_wechat::serve(fake, listener, stopping));
    address
}

fn launch(by: &[&str], name: &str, dir: &TempDir) -> Program {
    let config = dir.path().join(SETTINGS);
    let log = dir.path().join(format!("{name}.log"));
    Program::start_under(by, name, &["--config", config.to_str().unwrap()], &log)
}

/// What the programs keep and ask, besides each other.
fn parts([redis, database]: [&str; 2], wechat: SocketAddr, dir: &str) -> String {
    let (appid, secret) = (fake_wechat::DEFAULT_APPID, fake_wechat::DEFAULT_SECRET);
    format!(
        r#"
[crypto]
master_keys_file = "{dir}/master.key"
[keys]
token_keys_file = "{dir}/token.key"
index_key_file = "{dir}/index.key"
[gateway.deadlines]
session = "9s"
other = "9s"
[redis]
url = "{redis}"
timeout = "4s"
[database]
url = "{database}"
[wechat]
base_url = "http://{wechat}/"
[[apps]]
appid = "{appid}"
secret = "{secret}"
"#
    )
}
