//! What the store holds of a user: copied, and put back as a store would that lost writes.
use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use session_service::{
    domain::{Session, SessionId, UserSessions, UserTag},
    store::{Change, Records, StoreKey},
};

/// Longer than any life: what ends has to end by itself.
const LONG: Duration = Duration::from_hours(24 * 7);

/// A session, as a token names it.
pub(crate) struct Name {
    tag: UserTag,
    pub(crate) id: SessionId,
}

impl Name {
    pub(crate) fn of(token: &str) -> Self {
        let body = token.strip_prefix("wxs_").expect("a token");
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(body).expect("base64url");
        Self {
            tag: UserTag::from_bytes(bytes[1..9].try_into().expect("eight")),
            id: SessionId::from_bytes(bytes[9..25].try_into().expect("sixteen")),
        }
    }
}

impl Name {
    /// Where what is stored of it is.
    pub(crate) fn keys(&self) -> [StoreKey; 2] {
        [
            StoreKey::session(self.tag, self.id),
            StoreKey::user(self.tag),
        ]
    }
}

/// A user's records at some moment.
pub(crate) struct Copy {
    sessions: Vec<Option<Session>>,
    user: Option<UserSessions>,
}

impl Copy {
    pub(crate) async fn of(records: &Records, names: &[Name]) -> Self {
        let (mut sessions, mut user) = (Vec::new(), None);
        for Name { tag, id } in names {
            let read = records.session_and_user(*tag, *id).await.expect("it runs");
            sessions.push(read.0.value);
            user = read.1.value;
        }
        Self { sessions, user }
    }

    /// Puts it back: what was written since is gone.
    pub(crate) async fn restore(&self, records: &Records, names: &[Name]) {
        let kept = self.sessions.iter().chain(std::iter::repeat(&None));
        for (Name { tag, id }, kept) in names.iter().zip(kept) {
            let (session, user) = records.session_and_user(*tag, *id).await.expect("it runs");
            let change = Change::default();
            let change = match kept {
                Some(kept) => change.put(&session, kept, LONG),
                None => change.drop_session(*tag, *id),
            };
            let change = match &self.user {
                Some(kept) => change.put(&user, kept, LONG),
                None => change.delete(&user),
            };
            assert!(records.commit(change).await.expect("it runs"));
        }
    }
}
