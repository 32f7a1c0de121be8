//! The running service with everything it asks.
use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicU32},
    time::Duration,
};

use fake_wechat::{DEFAULT_APPID, DEFAULT_SECRET};
use secrecy::SecretString;
use service_kit::{
    GrpcBind, GrpcChannel, Host, KeyRing, Lifecycle, Listen, ManualClock, Timestamp,
};
use session_service::{
    Config,
    config::{
        AppSettings, DatabaseSettings, KeySettings, RedisConfig, RevocationSettings,
        ServiceSettings, WechatSettings,
    },
    store::Records,
};
use tempfile::TempDir;
use wx_proto::session::v1::session_service_client::SessionServiceClient;

use testkit::RedisServer;

use crate::{crypto::Crypto, wechat::Wechat};

/// A full minute, so that a story knows when WeChat's next one begins.
pub(crate) const START: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);
pub(crate) const OTHER_APPID: &str = "wx-other";
pub(crate) const OTHER_SECRET: &str = "other-secret";
/// The smallest step of a clock.
pub(crate) const MILLI: Duration = Duration::from_millis(1);
/// Only a machine that is busy with other things needs this long.
const CALM: Duration = Duration::from_secs(5);

/// Where sessions are kept.
#[derive(Clone, Copy)]
pub(crate) enum Store {
    Memory,
    Redis,
}

/// One installation, whose clock stands still until told to move.
pub(crate) struct System {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) wechat: Wechat,
    pub(crate) crypto: Crypto,
    pub(crate) records: Records,
    pub(crate) client: SessionServiceClient<GrpcChannel>,
    pub(crate) people: AtomicU32,
    redis: Option<RedisServer>,
    host: Host,
    folder: TempDir,
}

impl System {
    pub(crate) async fn start(store: Store) -> Self {
        Self::with(store, |_| {}).await
    }

    /// A system with other settings than usual.
    pub(crate) async fn with(store: Store, adjust: impl FnOnce(&mut Config)) -> Self {
        Box::pin(Self::build(store, adjust)).await
    }

    async fn build(store: Store, adjust: impl FnOnce(&mut Config)) -> Self {
        let clock = Arc::new(ManualClock::at(START));
        let wechat = Wechat::start(clock.clone()).await;
        let crypto = Crypto::start(clock.clone()).await;
        let redis = match store {
            Store::Memory => None,
            Store::Redis => Some(RedisServer::start().await),
        };
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config {
            session_service: ServiceSettings {
                grpc: Listen::loopback(0),
                admin: Listen::loopback(0),
                crypto_service: crypto.url(),
            },
            redis: redis.as_ref().map(at),
            wechat: at_fake(&wechat),
            ..settings(database(&folder).display())
        };
        adjust(&mut config);
        let host = Host::new(Lifecycle::default(), clock.clone());
        let (client, records) = serve(config, host.clone()).await;
        Self {
            clock,
            wechat,
            crypto,
            records,
            client,
            people: AtomicU32::default(),
            redis,
            host,
            folder,
        }
    }

    /// Everything that is stored, but for what is remembered of login codes.
    pub(crate) async fn kept_of_sessions(&self) -> Vec<(String, Vec<u8>)> {
        let mut kept = self.records.dump().await.unwrap();
        kept.retain(|(key, _)| !key.starts_with("wxg:code:"));
        kept
    }

    pub(crate) fn redis(&mut self) -> &mut RedisServer {
        self.redis.as_mut().expect("sessions are kept in Redis")
    }

    /// The file that holds users and revocations.
    pub(crate) fn database(&self) -> PathBuf {
        database(&self.folder)
    }

    /// Lets time go by.
    pub(crate) fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// Lets almost all of that time go by; a [`MILLI`] is left.
    pub(crate) fn pass_almost(&self, time: Duration) {
        self.clock.advance(time.saturating_sub(MILLI));
    }

    /// How often something was counted: `logins_total{outcome="ok"}`.
    pub(crate) fn count(&self, series: &str) -> u64 {
        let text = self.host.metrics.encode();
        let series = format!("wxgate_{series} ");
        let count = text.lines().find_map(|line| line.strip_prefix(&series));
        count.map_or(0, |count| count.parse().unwrap())
    }
}

fn settings(database: impl std::fmt::Display) -> Config {
    Config {
        keys: KeySettings {
            token_keys: Some(fresh_keys()),
            index_key: Some(fresh_keys()),
            ..KeySettings::default()
        },
        database: DatabaseSettings::at(&format!("sqlite:{database}")),
        // The log is read once a second, whatever the clock of a story says.
        revocations: RevocationSettings {
            max_lag: Duration::from_hours(24 * 365),
        },
        apps: vec![
            app(DEFAULT_APPID, DEFAULT_SECRET),
            app(OTHER_APPID, OTHER_SECRET),
        ],
        ..Config::default()
    }
}

fn fresh_keys() -> SecretString {
    KeyRing::generate().unwrap().to_text().as_str().into()
}

fn app(appid: &str, secret: &str) -> AppSettings {
    AppSettings {
        appid: appid.to_owned(),
        secret: Some(secret.into()),
        secret_file: None,
    }
}

fn at(redis: &RedisServer) -> RedisConfig {
    RedisConfig {
        timeout: CALM,
        ..RedisConfig::at(&redis.url())
    }
}

fn at_fake(wechat: &Wechat) -> WechatSettings {
    WechatSettings {
        base_url: wechat.url(),
        connect_timeout: CALM,
        timeout: CALM,
        ..WechatSettings::default()
    }
}

fn database(folder: &TempDir) -> PathBuf {
    folder.path().join("wxgate.db")
}

/// Starts the service and waits until it is ready.
async fn serve(config: Config, host: Host) -> (SessionServiceClient<GrpcChannel>, Records) {
    let sockets = config.bind().await.unwrap();
    let GrpcBind::Tcp(listener) = &sockets.grpc else {
        panic!("the service listens on a socket");
    };
    let url = format!("http://{}", listener.local_addr().unwrap());
    let records = config.start_on(sockets, host.clone()).await.unwrap();
    while !host.readiness.ready() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let channel = service_kit::connect(&url, Duration::from_secs(20)).unwrap();
    (SessionServiceClient::new(channel), records)
}
