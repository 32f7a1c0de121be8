//! The world of one fake: its apps, tokens, users, codes, planned faults and calls.

pub(crate) mod apps;
pub(crate) mod calls;
pub(crate) mod codes;
pub(crate) mod components;
pub(crate) mod encrypt_keys;
pub(crate) mod messages;
pub(crate) mod payments;
pub(crate) mod quotas;
pub(crate) mod refused;
pub(crate) mod tokens;
pub(crate) mod users;
mod window;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::Router;
use service_kit::{Clock, Timestamp};

use crate::{
    api, control,
    faults::Faults,
    settings::{FakeApp, Settings},
    state::{
        apps::Apps,
        calls::Calls,
        codes::Codes,
        components::Components,
        messages::Messages,
        payments::Payments,
        quotas::Quotas,
        refused::RefusedCalls,
        tokens::Tokens,
        users::{UserId, Users},
    },
};

/// A fake WeChat. Clones share one world, also after a server of theirs has stopped.
#[derive(Clone)]
pub struct FakeWechat {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    clock: Arc<dyn Clock>,
    world: Mutex<World>,
}

/// All that changes. Behind one lock, which is never held across an await.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) apps: Apps,
    pub(crate) quotas: Quotas,
    pub(crate) tokens: Tokens,
    pub(crate) users: Users,
    pub(crate) codes: Codes,
    pub(crate) components: Components,
    pub(crate) payments: Payments,
    pub(crate) messages: Messages,
    pub(crate) refused: RefusedCalls,
    pub(crate) faults: Faults,
    pub(crate) calls: Calls,
}

impl FakeWechat {
    /// A fake that knows the apps of `settings` and no user yet.
    #[must_use]
    pub fn new(mut settings: Settings, clock: Arc<dyn Clock>) -> Self {
        if settings.apps.is_empty() {
            settings.apps.push(FakeApp::default());
        }
        Self {
            shared: Arc::new(Shared {
                settings,
                clock,
                world: Mutex::default(),
            }),
        }
    }

    /// WeChat's paths, and the control API under `/_fake/`.
    ///
    /// Put on a socket by [`serve`](crate::serve), it can break a connection as the network does;
    /// without, a planned reset is an answer whose body breaks off.
    pub fn router(&self) -> Router {
        api::router(self).nest("/_fake", control::router(self))
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.shared
            .world
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The app of this id.
    pub(crate) fn app(&self, appid: &str) -> Option<&FakeApp> {
        self.settings().apps.iter().find(|app| app.appid == appid)
    }

    /// The app meant where none is named.
    pub(crate) fn first_app(&self) -> &FakeApp {
        self.settings()
            .apps
            .first()
            .expect("a fake has at least one app")
    }

    /// The user of this openid: of the named app, or else of the first app that has one.
    pub(crate) fn locate(
        &self,
        users: &Users,
        appid: Option<&str>,
        openid: &str,
    ) -> Option<UserId> {
        let apps = self.settings().apps.iter().map(|app| app.appid.as_str());
        apps.filter(|candidate| appid.is_none_or(|named| named == *candidate))
            .map(|appid| UserId::new(appid, openid))
            .find(|id| users.get(id).is_some())
    }
}

impl fmt::Debug for FakeWechat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeWechat")
            .field("settings", self.settings())
            .finish_non_exhaustive()
    }
}
