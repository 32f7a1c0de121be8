//! What a [`System`](super::System) is started from.
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use fake_wechat::{DEFAULT_APPID, DEFAULT_SECRET, FakeApp};
use service_kit::Listen;
use session_service::config::{AppSettings, DatabaseSettings};
use telemetry::SpanFeed;

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
    /// Serve the playground, which shows these spans; it needs a fake WeChat.
    pub playground: Option<SpanFeed>,
    /// Note where the session store is written, in a [`Ledger`](super::Ledger).
    pub notes_writes: bool,
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
            playground: None,
            notes_writes: false,
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
        let only = self.missing_keys();
        for key in &only {
            *self.file_of(*key) = Some(dir.join(key.name()));
        }
        let keygen = Keygen {
            dir: dir.to_owned(),
            if_missing: true,
            only,
        };
        keygen.make()?;
        if self.lacks_database() {
            self.session.database.url = format!("sqlite:{}", dir.join("users.db").display());
        }
        Ok(())
    }

    /// Whether the settings leave [`Plan::furnish`] nothing to do.
    #[must_use]
    pub fn is_furnished(&self) -> bool {
        self.missing_keys().is_empty() && !self.lacks_database()
    }

    fn missing_keys(&self) -> Vec<KeyFile> {
        let (crypto, keys) = (&self.crypto.crypto, &self.session.keys);
        let given = [
            (
                KeyFile::Master,
                crypto.master_keys.is_some() || crypto.master_keys_file.is_some(),
            ),
            (
                KeyFile::Token,
                keys.token_keys.is_some() || keys.token_keys_file.is_some(),
            ),
            (
                KeyFile::Index,
                keys.index_key.is_some() || keys.index_key_file.is_some(),
            ),
        ];
        let missing = given.into_iter().filter(|(_, is_given)| !is_given);
        missing.map(|(key, _)| key).collect()
    }

    const fn file_of(&mut self, key: KeyFile) -> &mut Option<PathBuf> {
        match key {
            KeyFile::Master => &mut self.crypto.crypto.master_keys_file,
            KeyFile::Token => &mut self.session.keys.token_keys_file,
            KeyFile::Index => &mut self.session.keys.index_key_file,
        }
    }

    fn lacks_database(&self) -> bool {
        self.session.database == DatabaseSettings::default()
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn only_keys_that_the_settings_leave_out_are_made() {
        let dir = tempfile::tempdir().unwrap();
        let mut plan = Plan::embedded(&dir.path().join("first")).unwrap();
        plan.crypto.crypto.master_keys_file = None;
        let second = dir.path().join("second");
        plan.furnish(&second).unwrap();
        let made: Vec<_> = fs::read_dir(&second)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(made, ["master.key"]);
        let kept = plan.session.keys.token_keys_file.unwrap();
        assert_eq!(kept, dir.path().join("first").join("token.key"));
    }
}
