//! The three real programs, each with its configuration file.
use std::{
    fs,
    net::{SocketAddr, TcpListener},
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use service_kit::{Lifecycle, SystemClock};
use tempfile::TempDir;
use wxgate::keygen::{KeyFile, Keygen};

use crate::{Phone, Program, RedisServer, Wechat};

/// A service that is not ready after this long will not be.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);

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

#[derive(Clone, Copy)]
struct Ports {
    public: u16,
    internal: u16,
    session: u16,
    crypto: u16,
    admin: [u16; 3],
}

const NAMES: [&str; 3] = ["auth-gateway", "session-service", "crypto-service"];

impl Fleet {
    /// Starts everything, with `telemetry` as the `[telemetry]` table of each program.
    pub async fn start(telemetry: &str) -> Self {
        let (dir, here, redis) = (
            tempfile::tempdir().unwrap(),
            Lifecycle::default(),
            RedisServer::start().await,
        );
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
        let settings = settings(&ports, &redis.url(), wechat, dir.path().to_str().unwrap());
        fs::write(dir.path().join("wxgate.toml"), settings + telemetry).unwrap();
        let [gateway, session, crypto] = NAMES.map(|name| launch(name, &dir));
        let fleet = Self {
            gateway,
            session,
            crypto,
            redis,
            phone: Phone::new(loopback(ports.public), loopback(ports.internal)),
            wechat: Wechat::new(wechat),
            ports,
            here,
            dir,
        };
        for which in 0..3 {
            fleet.ready(which).await;
        }
        fleet
    }

    /// Starts session-service again, after it ended, and waits until it is ready.
    pub async fn restart_session(&mut self) {
        self.session = launch(NAMES[1], &self.dir);
        self.ready(1).await;
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

    async fn ready(&self, which: usize) {
        let (name, url) = (
            NAMES[which],
            format!("http://{}/readyz", loopback(self.ports.admin[which])),
        );
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let asked = Instant::now();
        while !http
            .get(&url)
            .send()
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            assert!(
                asked.elapsed() < PATIENCE,
                "{name} is not ready:\n{}",
                self.logs()
            );
            tokio::time::sleep(PAUSE).await;
        }
    }
}

impl Ports {
    /// Ports that were free a moment ago.
    fn free() -> Self {
        let held: [TcpListener; 7] =
            std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").unwrap());
        let [public, internal, session, crypto, a, b, c] =
            held.map(|listener| listener.local_addr().unwrap().port());
        Self {
            public,
            internal,
            session,
            crypto,
            admin: [a, b, c],
        }
    }
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

async fn fake(here: &Lifecycle) -> SocketAddr {
    let fake =
        fake_wechat::FakeWechat::new(fake_wechat::Settings::default(), Arc::new(SystemClock));
    let listener = fake_wechat::bind(loopback(0), false).await.unwrap();
    let address = listener.local_addr().unwrap();
    let stopping = here.stopping().cancelled_owned();
    here.spawn("fake-wechat", fake_wechat::serve(fake, listener, stopping));
    address
}

fn launch(name: &str, dir: &TempDir) -> Program {
    let config = dir.path().join("wxgate.toml");
    let log = dir.path().join(format!("{name}.log"));
    Program::start(name, &["--config", config.to_str().unwrap()], &log)
}

fn settings(ports: &Ports, redis: &str, wechat: SocketAddr, dir: &str) -> String {
    let Ports {
        public,
        internal,
        session,
        crypto,
        admin: [a, b, c],
    } = ports;
    let (appid, secret) = (fake_wechat::DEFAULT_APPID, fake_wechat::DEFAULT_SECRET);
    format!(
        r#"
[gateway]
session_service = "http://127.0.0.1:{session}"
public = {{ listen = "127.0.0.1:{public}" }}
internal = {{ listen = "127.0.0.1:{internal}" }}
admin = {{ listen = "127.0.0.1:{a}" }}
[session_service]
crypto_service = "http://127.0.0.1:{crypto}"
grpc = {{ listen = "127.0.0.1:{session}" }}
admin = {{ listen = "127.0.0.1:{b}" }}
[crypto_service]
grpc = {{ listen = "127.0.0.1:{crypto}" }}
admin = {{ listen = "127.0.0.1:{c}" }}
[crypto]
master_keys_file = "{dir}/master.key"
[keys]
token_keys_file = "{dir}/token.key"
index_key_file = "{dir}/index.key"
[redis]
url = "{redis}"
[database]
url = "sqlite:{dir}/users.db"
[wechat]
base_url = "http://{wechat}/"
[[apps]]
appid = "{appid}"
secret = "{secret}"
"#
    )
}
