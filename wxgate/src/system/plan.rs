//! What a [`System`](super::System) is started from.
use std::{net::SocketAddr, path::Path};

use fake_wechat::{DEFAULT_APPID, DEFAULT_SECRET, FakeApp};
use service_kit::Listen;
use session_service::config::AppSettings;

use crate::keygen::{KeyFile, Keygen};

/// The settings of every service in this process.
#[derive(Clone, Debug)]
pub struct Plan {
    /// auth-gateway.
    pub gateway: auth_gateway::Config,
    /// session-service; where it finds crypto-service and a fake WeChat is filled in.
    pub session: session_service::Config,
    /// crypto-service.
    pub crypto: crypto_service::Config,
    /// fake-wechat; left out, the real one is asked.
    pub fake: Option<Fake>,
}

/// fake-wechat in this process.
#[derive(Clone, Debug)]
pub struct Fake {
    /// Where it listens: loopback.
    pub listen: SocketAddr,
    /// The apps it knows, and its manners.
    pub settings: fake_wechat::Settings,
}

impl Plan {
    /// Everything embedded, on free ports of loopback, with users and keys in `dir`.
    ///
    /// # Errors
    /// When keys cannot be made in `dir`.
    pub fn embedded(dir: &Path) -> anyhow::Result<Self> {
        let mut plan = Self {
            gateway: auth_gateway::Config::default(),
            session: session_service::Config::default(),
            crypto: crypto_service::Config::default(),
            fake: None,
        };
        plan.on_free_ports();
        plan.furnish(dir)?;
        plan.fake_wechat(Listen::loopback(0).listen)?;
        Ok(plan)
    }

    fn on_free_ports(&mut self) {
        let gateway = &mut self.gateway.gateway;
        let (session, crypto) = (
            &mut self.session.session_service,
            &mut self.crypto.crypto_service,
        );
        for listen in [
            &mut gateway.public,
            &mut gateway.internal,
            &mut gateway.admin,
            &mut session.grpc,
            &mut session.admin,
            &mut crypto.grpc,
            &mut crypto.admin,
        ] {
            *listen = Listen::loopback(0);
        }
    }

    /// Makes what the settings leave out: keys and the users' database, in `dir`.
    ///
    /// # Errors
    /// When keys cannot be made in `dir`.
    pub fn furnish(&mut self, dir: &Path) -> anyhow::Result<()> {
        let only = vec![KeyFile::Master, KeyFile::Token, KeyFile::Index];
        Keygen {
            dir: dir.to_owned(),
            if_missing: true,
            only,
        }
        .make()?;
        let (crypto, keys) = (&mut self.crypto.crypto, &mut self.session.keys);
        if crypto.master_keys.is_none() && crypto.master_keys_file.is_none() {
            crypto.master_keys_file = Some(dir.join(KeyFile::Master.name()));
        }
        if keys.token_keys.is_none() && keys.token_keys_file.is_none() {
            keys.token_keys_file = Some(dir.join(KeyFile::Token.name()));
        }
        if keys.index_key.is_none() && keys.index_key_file.is_none() {
            keys.index_key_file = Some(dir.join(KeyFile::Index.name()));
        }
        if self.session.database == session_service::config::DatabaseSettings::default() {
            self.session.database.url = format!("sqlite:{}", dir.join("users.db").display());
        }
        Ok(())
    }

    /// Puts a fake WeChat at `listen` that knows the configured apps, or one invented app.
    ///
    /// # Errors
    /// When an app's secret cannot be read.
    pub fn fake_wechat(&mut self, listen: SocketAddr) -> anyhow::Result<()> {
        if self.session.apps.is_empty() {
            self.session.apps.push(AppSettings {
                appid: DEFAULT_APPID.to_owned(),
                secret: Some(DEFAULT_SECRET.into()),
                secret_file: None,
            });
        }
        let apps = self
            .session
            .apps
            .iter()
            .map(fake_app)
            .collect::<anyhow::Result<_>>()?;
        let settings = fake_wechat::Settings {
            apps,
            ..fake_wechat::Settings::default()
        };
        self.fake = Some(Fake { listen, settings });
        Ok(())
    }
}

fn fake_app(settings: &AppSettings) -> anyhow::Result<FakeApp> {
    let app = settings.app()?;
    Ok(FakeApp {
        appid: app.appid,
        secret: app.secret,
    })
}
