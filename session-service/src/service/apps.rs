//! The mini-programs served here.
use wx_client::App;

use crate::{SessionError, domain::AppId};

/// Apps by id; the first one is meant when none is named.
#[derive(Clone, Debug)]
pub struct Apps(Vec<(AppId, App)>);

impl Apps {
    /// Serves `apps`.
    ///
    /// # Errors
    /// When there is none, an appid is malformed, or stands twice.
    pub fn new(apps: Vec<App>) -> anyhow::Result<Self> {
        let mut known: Vec<(AppId, App)> = Vec::new();
        for app in apps {
            let appid = AppId::parse(&app.appid)?;
            anyhow::ensure!(
                known.iter().all(|(other, _)| *other != appid),
                "[[apps]] names {} twice",
                app.appid
            );
            known.push((appid, app));
        }
        anyhow::ensure!(!known.is_empty(), "no [[apps]] are configured");
        Ok(Self(known))
    }

    /// The app with this id, or the first one.
    ///
    /// # Errors
    /// When no such app is served.
    pub fn find(&self, appid: Option<&AppId>) -> Result<&(AppId, App), SessionError> {
        let meant = match appid {
            None => self.0.first(),
            Some(appid) => self.0.iter().find(|(known, _)| known == appid),
        };
        meant.ok_or(SessionError::UnknownApp)
    }
}
