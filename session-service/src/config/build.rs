//! From settings to a running service: the one place that names concrete adapters.
use std::{convert::Infallible, sync::Arc, time::Duration};

use anyhow::Context;
use service_kit::{GrpcBind, GrpcServing, Host, Listen, Process};
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;
use tonic::service::Routes;
use wx_client::WxClient;
use wx_proto::session::v1::session_service_server::SERVICE_NAME;

use super::{
    Config, DatabaseSettings, WechatSettings, database::Database, eviction::refuse_eviction,
    mistakes::tell_mistakes, places::CheckBy, reload,
};
use crate::{
    clients::GrpcCrypto,
    domain::{TagKey, TokenKeys},
    grpc,
    service::{Apps, Counters, EncryptedDataCheck, Parts, Revocations, Sessions},
    store::{
        AccountStore, MemoryStore, PhoneSeal, PostgresStore, Records, RedisStore, RevocationLog,
        Seal, SessionStore, SqliteStore,
    },
};

/// crypto-service answers from memory: longer than this means that it is away.
const CRYPTO_DEADLINE: Duration = Duration::from_secs(2);

/// How much longer than a question to WeChat a lease on an `access_token` lasts.
const LEASE_MARGIN: Duration = Duration::from_secs(2);

/// The service's sockets, bound.
#[derive(Debug)]
pub struct Sockets {
    /// gRPC.
    pub grpc: GrpcBind,
    /// Probes and metrics.
    pub admin: TcpListener,
}

impl Config {
    /// Binds the sockets the settings name.
    ///
    /// # Errors
    /// When an address is taken, or not fit for plaintext.
    pub async fn bind(&self) -> anyhow::Result<Sockets> {
        Ok(Sockets {
            grpc: GrpcBind::Tcp(self.session_service.grpc.bind().await?),
            admin: self.session_service.admin.bind().await?,
        })
    }

    /// Starts the service on `sockets`; answers its records, for those who want to look at them.
    ///
    /// # Errors
    /// When a setting is wrong, or the database cannot be opened. Redis, crypto-service and WeChat
    /// may be away: they are asked when needed.
    pub async fn start_on(self, sockets: Sockets, host: Host) -> anyhow::Result<Records> {
        let store = self.session_store(&host).await?;
        self.start_with(store, sockets, host).await
    }

    /// As [`Config::start_on`], with sessions in `store`, whatever the settings say.
    ///
    /// # Errors
    /// As [`Config::start_on`].
    pub async fn start_with(
        self,
        store: Arc<dyn SessionStore>,
        sockets: Sockets,
        host: Host,
    ) -> anyhow::Result<Records> {
        let sessions = self.sessions(store, &host).await?;
        let records = sessions.records.clone();
        reload::follow(&sessions.apps, &host)?;
        follow(&sessions, &host);
        finish(&sessions, &host);
        let routes = Routes::new(grpc::service(sessions));
        let serving = GrpcServing::new(routes, host.clone()).named(SERVICE_NAME);
        host.serve_admin(sockets.admin);
        host.lifecycle
            .spawn("session-service", serving.run(sockets.grpc));
        Ok(records)
    }

    async fn sessions(
        &self,
        store: Arc<dyn SessionStore>,
        host: &Host,
    ) -> anyhow::Result<Sessions> {
        let limits = self.session.limits()?;
        anyhow::ensure!(
            !self.revocations.max_lag.is_zero(),
            "revocations.max_lag must be more than 0"
        );
        let (accounts, log) = open(&self.database).await?;
        let index = self.keys.index()?;
        let (_, index) = index.active();
        let channel = service_kit::connect(&self.session_service.crypto_service, CRYPTO_DEADLINE)
            .context("session_service.crypto_service")?;
        let (clock, max_lag) = (host.clock.clone(), self.revocations.max_lag);
        let revocations = Revocations::new(log, clock, max_lag, limits.ttl);
        Ok(Sessions::new(Parts {
            records: Records::new(store, Seal::derive(index)).counting(&host.metrics),
            accounts,
            revocations: Arc::new(revocations),
            crypto: Arc::new(GrpcCrypto::new(channel)),
            wechat: wechat(&self.wechat)?,
            apps: Apps::new(self.apps()?)?,
            tokens: TokenKeys::new(self.keys.tokens()?),
            tags: TagKey::derive(index),
            limits,
            token_lease: self.wechat.timeout + LEASE_MARGIN,
            phones: self.users.keep_phone.then(|| PhoneSeal::derive(index)),
            encrypted_data_check: self.wechat.check_encrypted_data.into(),
            require_nickname: self.users.require_nickname,
            clock: host.clock.clone(),
            counters: Counters::new(&host.metrics),
            tasks: TaskTracker::new(),
        }))
    }

    /// Where sessions are kept: the Redis of the settings, or this process.
    ///
    /// # Errors
    /// When `[redis]` makes no sense, or that Redis may throw sessions away.
    pub async fn session_store(&self, host: &Host) -> anyhow::Result<Arc<dyn SessionStore>> {
        if let Some(redis) = &self.redis {
            let store = RedisStore::new(&redis.settings()?).context("[redis]")?;
            let store = Arc::new(store);
            let evicts = async {
                if redis.allow_eviction {
                    return Ok(());
                }
                refuse_eviction(&store, host).await
            };
            let (kept, ()) = futures::future::join(evicts, tell_mistakes(&store, host)).await;
            kept?;
            return Ok(store);
        }
        tracing::info!("no [redis]: sessions are kept in memory and end with this process");
        Ok(Arc::new(MemoryStore::new(host.clock.clone())))
    }
}

/// One database, in its two roles.
type Sql = (Arc<dyn AccountStore>, Arc<dyn RevocationLog>);

async fn open(settings: &DatabaseSettings) -> anyhow::Result<Sql> {
    match settings.database()? {
        Database::Sqlite(path) => {
            let store = SqliteStore::open(&path).await;
            let store = Arc::new(store.with_context(|| format!("opening {}", path.display()))?);
            Ok((store.clone(), store))
        }
        Database::Postgres(settings) => {
            let store = Box::pin(PostgresStore::open(&settings)).await;
            let store = Arc::new(store.context("opening the PostgreSQL of database.url")?);
            Ok((store.clone(), store))
        }
    }
}

impl From<CheckBy> for EncryptedDataCheck {
    fn from(by: CheckBy) -> Self {
        match by {
            CheckBy::Off => Self::Off,
            CheckBy::Text => Self::Text,
            CheckBy::Bytes => Self::Bytes,
        }
    }
}

fn wechat(settings: &WechatSettings) -> anyhow::Result<WxClient> {
    let WechatSettings {
        base_url,
        connect_timeout,
        timeout,
        proxy,
        check_encrypted_data: _,
    } = settings.clone();
    WxClient::new(wx_client::Settings {
        base_url,
        connect_timeout,
        timeout,
        proxy,
        ..wx_client::Settings::default()
    })
    .context("wechat")
}

fn follow(sessions: &Sessions, host: &Host) {
    let (gate, stopping) = (
        host.readiness.gate("revocations"),
        host.lifecycle.stopping(),
    );
    let revocations = sessions.revocations.clone();
    host.lifecycle.spawn("revocations", async move {
        revocations.follow(gate, stopping).await;
        Ok::<_, Infallible>(())
    });
}

/// The process ends after what must run to its end, even where its caller has hung up.
fn finish(sessions: &Sessions, host: &Host) {
    let (tasks, stopping) = (sessions.tasks.clone(), host.lifecycle.stopping());
    host.lifecycle.spawn("unfinished business", async move {
        stopping.cancelled().await;
        tasks.close();
        tasks.wait().await;
        Ok::<_, Infallible>(())
    });
}

impl Process for Config {
    const NAME: &'static str = "session-service";

    fn telemetry(&self) -> &telemetry::Config {
        &self.telemetry
    }

    fn admin(&self) -> &Listen {
        &self.session_service.admin
    }

    async fn start(self, host: Host) -> anyhow::Result<()> {
        let sockets = self.bind().await?;
        self.start_on(sockets, host).await?;
        Ok(())
    }
}
