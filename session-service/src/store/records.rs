//! Typed records over a [`SessionStore`]: read, decide elsewhere, swap.
use std::{sync::Arc, time::Duration};

use telemetry::Metrics;
use tracing::Instrument;

use super::{
    Expect, Seal, SessionStore, StoreError, StoreKey, Swap, Write, failures::Failures,
    record::Record, seal::Opened, span,
};
use crate::domain::{
    AppId, Attempts, CodeClaim, CurrentToken, Lease, PhoneClaim, Session, SessionId, UserSessions,
    UserTag,
};

/// The records of sessions and users. Cheap to clone.
#[derive(Clone)]
pub struct Records {
    store: Arc<dyn SessionStore>,
    seal: Arc<Seal>,
    failures: Failures,
}

/// A record as it was when read, and the proof that it has not changed since.
#[derive(Clone, Debug)]
pub struct Read<T> {
    key: StoreKey,
    found: Option<Vec<u8>>,
    /// The record, where there is one.
    pub value: Option<T>,
}

impl<T> Read<T> {
    /// Whether there is something that another release wrote, and this one cannot read.
    #[must_use]
    pub const fn is_unreadable(&self) -> bool {
        self.value.is_none() && self.found.is_some()
    }
}

impl Records {
    /// Records in `store`, sealed by `seal`.
    #[must_use]
    pub fn new(store: Arc<dyn SessionStore>, seal: Seal) -> Self {
        Self {
            store,
            seal: Arc::new(seal),
            failures: Failures::default(),
        }
    }

    /// The same, with its failures counted in `metrics`.
    #[must_use]
    pub fn counting(self, metrics: &Metrics) -> Self {
        let failures = Failures::new(metrics);
        Self { failures, ..self }
    }

    /// The store's name in traces.
    #[must_use]
    pub fn system(&self) -> &'static str {
        self.store.system()
    }

    /// Reads one session: one `GET`, nothing else.
    ///
    /// # Errors
    /// When the store cannot tell, or what it gave is not this session.
    pub async fn session(&self, tag: UserTag, id: SessionId) -> Result<Read<Session>, StoreError> {
        self.read(StoreKey::session(tag, id), (tag, id)).await
    }

    /// Reads some sessions of one user, in the order of `ids`.
    ///
    /// # Errors
    /// As [`Records::session`].
    pub async fn sessions(
        &self,
        tag: UserTag,
        ids: &[SessionId],
    ) -> Result<Vec<Read<Session>>, StoreError> {
        let keys: Vec<_> = ids.iter().map(|id| StoreKey::session(tag, *id)).collect();
        let found = self.get(&keys).await?;
        let mut read = Vec::with_capacity(ids.len());
        for ((key, found), id) in keys.into_iter().zip(found).zip(ids) {
            read.push(self.open(key, found, (tag, *id)).await?);
        }
        Ok(read)
    }

    /// Reads a user's sessions and keys.
    ///
    /// # Errors
    /// When the store cannot tell, or what it gave is not this user's.
    pub async fn user(&self, tag: UserTag) -> Result<Read<UserSessions>, StoreError> {
        self.read(StoreKey::user(tag), ()).await
    }

    /// Reads a session and its user together.
    ///
    /// # Errors
    /// As [`Records::session`].
    pub async fn session_and_user(
        &self,
        tag: UserTag,
        id: SessionId,
    ) -> Result<(Read<Session>, Read<UserSessions>), StoreError> {
        let keys = [StoreKey::session(tag, id), StoreKey::user(tag)];
        let mut found = self.get(&keys).await?.into_iter();
        let [session, user] = keys;
        let (first, second) = (found.next().flatten(), found.next().flatten());
        Ok((
            self.open(session, first, (tag, id)).await?,
            self.open(user, second, ()).await?,
        ))
    }

    /// Reads a user's decrypt attempts.
    ///
    /// # Errors
    /// As [`Records::user`].
    pub async fn attempts(&self, tag: UserTag) -> Result<Read<Attempts>, StoreError> {
        self.read(StoreKey::attempts(tag), ()).await
    }

    /// Reads the claim on a login code.
    ///
    /// # Errors
    /// When the store cannot tell, or what it gave is no claim on this code.
    pub async fn claim(&self, fingerprint: [u8; 16]) -> Result<Read<CodeClaim>, StoreError> {
        self.read(StoreKey::code(fingerprint), ()).await
    }

    /// Reads the answer to a code of the phone-number button.
    ///
    /// # Errors
    /// As [`Records::user`].
    pub async fn phone(
        &self,
        tag: UserTag,
        fingerprint: [u8; 16],
    ) -> Result<Read<PhoneClaim>, StoreError> {
        self.read(StoreKey::phone(tag, fingerprint), ()).await
    }

    /// Reads an app's `access_token`, and the lease on fetching the next one.
    ///
    /// # Errors
    /// When the store cannot tell, or what it gave is not this app's.
    pub async fn access_token(
        &self,
        appid: &AppId,
    ) -> Result<(Read<CurrentToken>, Read<Lease>), StoreError> {
        let keys = [StoreKey::access_token(appid), StoreKey::lease(appid)];
        let mut found = self.get(&keys).await?.into_iter();
        let [token, lease] = keys;
        let (first, second) = (found.next().flatten(), found.next().flatten());
        Ok((
            self.open(token, first, appid.clone()).await?,
            self.open(lease, second, ()).await?,
        ))
    }

    /// Does the whole change, or nothing because a record changed since it was read; says which.
    ///
    /// # Errors
    /// When the store did not answer; the change may have happened all the same.
    pub async fn commit(&self, change: Change) -> Result<bool, StoreError> {
        let sealed = change.0.into_iter().map(|part| part.seal(&self.seal));
        let swaps = sealed.collect::<Result<Vec<_>, _>>()?;
        let span = span::of("store.swap", self.store.system());
        let answer = self.store.swap(&swaps).instrument(span.clone()).await;
        self.failures.count(span::note(&span, answer))
    }

    /// Everything that is stored, as stored.
    ///
    /// # Errors
    /// When the store cannot tell.
    pub async fn dump(&self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.store.dump().await
    }

    async fn read<T: Record>(&self, key: StoreKey, place: T::Place) -> Result<Read<T>, StoreError> {
        let found = self.get(std::slice::from_ref(&key)).await?;
        self.open(key, found.into_iter().next().flatten(), place)
            .await
    }

    async fn get(&self, keys: &[StoreKey]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let span = span::of("store.read", self.store.system());
        let answer = self.store.get(keys).instrument(span.clone()).await;
        self.failures.count(span::note(&span, answer))
    }

    async fn open<T: Record>(
        &self,
        key: StoreKey,
        found: Option<Vec<u8>>,
        place: T::Place,
    ) -> Result<Read<T>, StoreError> {
        let opened = found.as_ref().map(|stored| self.seal.open(&key, stored));
        let value = match opened {
            None | Some(Opened::OtherLayout) => None,
            // What we sealed but cannot read is of another layout too.
            Some(Opened::Plain(plain)) => T::decode(&plain, place),
            Some(Opened::Foreign) => return Err(self.foreign(key).await),
        };
        Ok(Read { key, found, value })
    }

    /// Somebody else writes where we write, or an answer was another question's: an alarm either way.
    async fn foreign(&self, key: StoreKey) -> StoreError {
        tracing::error!(event = "foreign_record", key = %key, "what was read is not what was written there");
        self.store.distrust().await;
        let error = StoreError::Foreign(key);
        self.failures.note(&error);
        error
    }
}

/// Writes that happen together or not at all.
#[derive(Default)]
pub struct Change(Vec<Part>);

struct Part {
    key: StoreKey,
    expect: Expect,
    write: Option<(Vec<u8>, Duration)>,
}

impl Part {
    fn seal(self, seal: &Seal) -> Result<Swap, StoreError> {
        let Self { key, expect, write } = self;
        let write = match write {
            Some((plain, life)) => Write::Put(seal.seal(&key, &plain)?, life),
            None => Write::Delete,
        };
        Ok(Swap { key, expect, write })
    }
}

impl Change {
    /// Writes `value`, for `life`, if the record is still as it was read.
    #[must_use]
    #[expect(private_bounds, reason = "the stored form is nobody else's business")]
    pub fn put<T: Record>(mut self, read: &Read<T>, value: &T, life: Duration) -> Self {
        let write = Some((value.encode(), life));
        self.0.push(Part {
            key: read.key.clone(),
            expect: read.unchanged(),
            write,
        });
        self
    }

    /// Deletes a record if it is still as it was read.
    #[must_use]
    pub fn delete<T>(mut self, read: &Read<T>) -> Self {
        self.0.push(Part {
            key: read.key.clone(),
            expect: read.unchanged(),
            write: None,
        });
        self
    }

    /// Deletes a session whatever it has become.
    #[must_use]
    pub fn drop_session(mut self, tag: UserTag, id: SessionId) -> Self {
        let key = StoreKey::session(tag, id);
        self.0.push(Part {
            key,
            expect: Expect::Anything,
            write: None,
        });
        self
    }
}

impl<T> Read<T> {
    fn unchanged(&self) -> Expect {
        self.found.clone().map_or(Expect::Absent, Expect::Bytes)
    }
}
