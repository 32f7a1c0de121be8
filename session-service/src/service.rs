//! What this service does: the domain's decisions, carried out on the stores.
//!
//! Every change reads, decides, and swaps; when another call was faster, it reads again.

mod access_tokens;
mod apps;
mod asked;
mod claims;
mod counters;
mod decrypt;
mod endings;
mod hold;
mod login;
mod logout;
mod operators;
mod phone;
mod refresh;
mod revocations;
mod session_keys;
mod sessions;
mod sweep;
mod users;
mod verify;

pub use self::{
    apps::Apps,
    counters::Counters,
    login::{LoggedIn, Login},
    phone::{EncryptedDataCheck, Given},
    refresh::Granted,
    revocations::Revocations,
    session_keys::KeyOf,
    sessions::Mine,
    users::{Known, Person},
    verify::Verified,
};

use std::{ops::Deref, sync::Arc, time::Duration};

use service_kit::{Clock, Timestamp};
use tokio_util::task::TaskTracker;
use tracing::Instrument;
use wx_client::WxClient;

use crate::{
    SessionError,
    domain::{Claims, Limits, Session, TagKey, TokenKeys},
    ports::CryptoPort,
    store::{AccountStore, PhoneSeal, Records, StoreError},
};

/// How often a change is tried again because others were faster.
const ROUNDS: usize = 100;

/// All operations on sessions and users. Cheap to clone.
#[derive(Clone)]
pub struct Sessions(Arc<Parts>);

/// What the operations work with.
pub struct Parts {
    /// Sessions, in memory or Redis.
    pub records: Records,
    /// People.
    pub accounts: Arc<dyn AccountStore>,
    /// What no longer counts.
    pub revocations: Arc<Revocations>,
    /// Whoever can use a `session_key`.
    pub crypto: Arc<dyn CryptoPort>,
    /// Whoever knows what a code is worth.
    pub wechat: WxClient,
    /// The mini-programs served.
    pub apps: Apps,
    /// What signs tokens.
    pub tokens: TokenKeys,
    /// What names users in store keys.
    pub tags: TagKey,
    /// How long things last.
    pub limits: Limits,
    /// How long one replica may take to fetch an `access_token` before another one tries.
    pub token_lease: Duration,
    /// What seals phone numbers on accounts; none where they are not kept.
    pub phones: Option<PhoneSeal>,
    /// How WeChat is asked whether it made a phone number that came encrypted.
    pub encrypted_data_check: EncryptedDataCheck,
    /// Whether users are asked for a nickname.
    pub require_nickname: bool,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What is counted.
    pub counters: Counters,
    /// What runs to its end whatever becomes of its caller. The process waits for it.
    pub tasks: TaskTracker,
}

impl Sessions {
    /// The operations on `parts`.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Runs `work` in a task of its own: a caller who hangs up cannot leave it half done.
    async fn to_the_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, SessionError>> + Send + 'static,
    ) -> Result<T, SessionError> {
        self.tasks.spawn(work.in_current_span()).await?
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What a token says, once it is genuine and no row ends its session.
    fn genuine(&self, token: &str) -> Result<Claims, SessionError> {
        let claims = self.tokens.open(token)?;
        if self.revocations.informed()?.ends(claims.id) {
            return Err(SessionError::Revoked);
        }
        Ok(claims)
    }

    /// A record that was found, unless a row ends it or its user.
    fn standing(&self, claims: &Claims, found: Option<Session>) -> Result<Session, SessionError> {
        let view = self.revocations.informed()?;
        match found {
            // Gone meanwhile: by a logout, or because its time was over.
            None if view.ends(claims.id) || view.names(claims.tag) => Err(SessionError::Revoked),
            None => Err(SessionError::Expired),
            Some(session) if view.revokes(&session) => Err(SessionError::Revoked),
            Some(session) => {
                drop(view);
                self.in_sight(session)
            }
        }
    }

    /// A session of which the log knows all that it ever knew. Whoever had another logs in again.
    fn in_sight(&self, session: Session) -> Result<Session, SessionError> {
        if self.revocations.has_lost_sight_of(&session) {
            self.counters.lost_sight();
            return Err(SessionError::Expired);
        }
        Ok(session)
    }
}

impl Deref for Sessions {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// A change that lost every round.
fn contended<T>() -> Result<T, SessionError> {
    Err(StoreError::Contended.into())
}
