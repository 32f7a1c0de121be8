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
    foreign: bool,
    /// The record, where there is one.
    pub value: Option<T>,
}

impl<T> Read<T> {
    /// Whether there is something that cannot be read: another release wrote it, or somebody with
    /// other keys.
    #[must_use]
    pub const fn is_unreadable(&self) -> bool {
        self.value.is_none() && self.found.is_some()
    }

    /// Whether what is there was not sealed with our keys, or not for this place.
    #[must_use]
    pub const fn is_foreign(&self) -> bool {
        self.foreign
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

    /// Reads the claim on a login code. One that is not ours is [foreign](Read::is_foreign): whoever has
    /// other keys meets the codes of before.
    ///
    /// # Errors
    /// When the store cannot tell.
    pub async fn claim(&self, fingerprint: [u8; 16]) -> Result<Read<CodeClaim>, StoreError> {
        let keys = [StoreKey::code(fingerprint)];
        let mut found = self.get_certainly(&keys).await?.into_iter();
        let [key] = keys;
        Ok(self.open_or_foreign(key, found.next().flatten(), ()))
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

    /// Reads an app's `access_token`, and the lease on fetching the next one. What is not ours is
    /// [foreign](Read::is_foreign): whoever has other keys meets the token of before.
    ///
    /// # Errors
    /// When the store cannot tell.
    pub async fn access_token(
        &self,
        appid: &AppId,
    ) -> Result<(Read<CurrentToken>, Read<Lease>), StoreError> {
        let keys = [StoreKey::access_token(appid), StoreKey::lease(appid)];
        let mut found = self.get_certainly(&keys).await?.into_iter();
        let [token, lease] = keys;
        let (first, second) = (found.next().flatten(), found.next().flatten());
        Ok((
            self.open_or_foreign(token, first, appid.clone()),
            self.open_or_foreign(lease, second, ()),
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

    /// As [`Records::get`]. What does not open is asked for again, over other connections: a record
    /// that is not ours must not be taken for another question's answer, nor the other way about.
    async fn get_certainly(&self, keys: &[StoreKey]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let found = self.get(keys).await?;
        let mut each = keys.iter().zip(&found);
        let Some((key, _)) = each.find(|(key, found)| self.is_foreign(key, found.as_deref()))
        else {
            return Ok(found);
        };
        self.store.distrust().await;
        self.failures.note(&StoreError::Foreign(key.clone()));
        let again = self.get(keys).await?;
        // Each for itself: beside one that is not ours, others may well have changed meanwhile.
        let mut changed = keys
            .iter()
            .zip(found.iter().zip(&again))
            .filter(|(_, (found, again))| found != again);
        match changed.find(|(key, (_, again))| self.is_foreign(key, again.as_deref())) {
            Some((key, _)) => Err(self.foreign(key.clone()).await),
            None => Ok(again),
        }
    }

    fn is_foreign(&self, key: &StoreKey, found: Option<&[u8]>) -> bool {
        found.is_some_and(|stored| self.seal.open(key, stored) == Opened::Foreign)
    }

    async fn open<T: Record>(
        &self,
        key: StoreKey,
        found: Option<Vec<u8>>,
        place: T::Place,
    ) -> Result<Read<T>, StoreError> {
        let read = self.open_or_foreign(key, found, place);
        if read.foreign {
            return Err(self.foreign(read.key).await);
        }
        Ok(read)
    }

    fn open_or_foreign<T: Record>(
        &self,
        key: StoreKey,
        found: Option<Vec<u8>>,
        place: T::Place,
    ) -> Read<T> {
        let opened = found.as_ref().map(|stored| self.seal.open(&key, stored));
        let foreign = opened == Some(Opened::Foreign);
        let value = match opened {
            // What we sealed but cannot read is of another layout too.
            Some(Opened::Plain(plain)) => T::decode(&plain, place),
            None | Some(Opened::OtherLayout | Opened::Foreign) => None,
        };
        Read {
            key,
            found,
            foreign,
            value,
        }
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
