//! The mini-programs served here.
use std::sync::{Arc, PoisonError, RwLock};

use wx_client::App;

use crate::{SessionError, domain::AppId};

type Known = Vec<(AppId, App)>;

/// Apps by id; the first one is meant when none is named. Clones share one list, which may change.
#[derive(Clone, Debug)]
pub struct Apps(Arc<RwLock<Known>>);

impl Apps {
    /// Serves `apps`.
    ///
    /// # Errors
    /// When there is none, an appid is malformed, or stands twice.
    pub fn new(apps: Vec<App>) -> anyhow::Result<Self> {
        Ok(Self(Arc::new(RwLock::new(checked(apps)?))))
    }

    /// Serves `apps` from now on, in place of those before.
    ///
    /// # Errors
    /// As [`Apps::new`]: then nothing changes.
    pub fn replace(&self, apps: Vec<App>) -> anyhow::Result<()> {
        let checked = checked(apps)?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = checked;
        Ok(())
    }

    /// The app with this id, or the first one.
    ///
    /// # Errors
    /// When no such app is served.
    pub fn find(&self, appid: Option<&AppId>) -> Result<(AppId, App), SessionError> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let meant = match appid {
            None => known.first(),
            Some(appid) => known.iter().find(|(known, _)| known == appid),
        };
        meant.cloned().ok_or(SessionError::UnknownApp)
    }
}

fn checked(apps: Vec<App>) -> anyhow::Result<Known> {
    let mut known = Known::new();
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
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(appid: &str) -> App {
        App {
            appid: appid.to_owned(),
            secret: "s".into(),
        }
    }

    fn first(apps: &Apps) -> String {
        apps.find(None).unwrap().1.appid
    }

    #[test]
    fn a_list_is_replaced_whole_or_not_at_all() {
        let apps = Apps::new(vec![app("wxa")]).unwrap();
        let shared = apps.clone();
        for faulty in [
            vec![],
            vec![app("wxb"), app("wxb")],
            vec![app("wxb"), app("w b")],
        ] {
            assert!(apps.replace(faulty).is_err());
            assert_eq!(first(&shared), "wxa");
        }
        apps.replace(vec![app("wxb"), app("wxa")]).unwrap();
        assert_eq!(first(&shared), "wxb");
    }
}
