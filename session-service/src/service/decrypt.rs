//! Opening what WeChat encrypted.
use super::{ROUNDS, Sessions, contended};
use crate::{
    SessionError,
    domain::{Attempts, EncryptedData, Misshapen, RawData, RingEntry, UserTag},
    ports::{CryptoError, Owner},
    store::{Change, Read, StoreError},
};

impl Sessions {
    /// Opens data of the token's user with one of their keys; answers WeChat's JSON, unchanged.
    ///
    /// Data of the wrong shape, or a user without a key, costs nothing: no cipher runs. Everything
    /// else takes one attempt out of the user's budget first, and gives it back if the data opens.
    ///
    /// # Errors
    /// As [`Sessions::verify`]; one error for every way the data does not open; and when the budget
    /// is spent.
    pub async fn decrypt(
        &self,
        token: &str,
        data: Result<EncryptedData, Misshapen>,
        raw: Option<RawData>,
    ) -> Result<String, SessionError> {
        let session = self.verify(token).await?.session;
        let owner = Owner {
            appid: session.appid,
            openid: session.openid,
        };
        let outcome = self.decrypted(session.tag, &owner, data, raw).await;
        self.counters.decrypt(&outcome);
        outcome
    }

    pub(super) async fn decrypted(
        &self,
        tag: UserTag,
        owner: &Owner,
        data: Result<EncryptedData, Misshapen>,
        raw: Option<RawData>,
    ) -> Result<String, SessionError> {
        let data = data?;
        let user = self.records.user(tag).await?.value.unwrap_or_default();
        if user.ring().is_empty() {
            return Err(Misshapen.into());
        }
        self.change_attempts(tag, |attempts, now| Ok(attempts.take(now)?))
            .await?;
        let opened = self.open(owner, user.ring(), data, raw).await;
        if matches!(opened, Ok(_) | Err(CryptoError::Away(_))) {
            self.give_back(tag).await;
        }
        Ok(opened?)
    }

    async fn open(
        &self,
        owner: &Owner,
        ring: &[RingEntry],
        data: EncryptedData,
        raw: Option<RawData>,
    ) -> Result<String, CryptoError> {
        let json = self.crypto.open(owner, ring, data).await?;
        if let Some(raw) = raw {
            self.crypto.verify(owner, ring, raw).await?;
        }
        Ok(json)
    }

    /// Failing to give back leaves the user one attempt poorer, and no attacker richer.
    async fn give_back(&self, tag: UserTag) {
        let given = self
            .change_attempts(tag, |attempts, _| Ok(attempts.give_back()))
            .await;
        if let Err(error) = given {
            tracing::warn!(error = service_kit::causes(&error), user.tag = %tag, "a decrypt attempt was not given back");
        }
    }

    async fn change_attempts(
        &self,
        tag: UserTag,
        change: impl Fn(Attempts, service_kit::Timestamp) -> Result<Attempts, SessionError>,
    ) -> Result<(), SessionError> {
        for _ in 0..ROUNDS {
            let now = self.now();
            let mut read: Read<Attempts> = self.records.attempts(tag).await?;
            if read.is_unreadable() {
                // Another release counts here. What cannot be counted is not tried.
                return Err(StoreError::OtherLayout.into());
            }
            let current = read.value.take().unwrap_or(Attempts::none(now));
            let next = change(current, now)?;
            let write = Change::default().put(&read, &next, next.left(now));
            if self.records.commit(write).await? {
                return Ok(());
            }
        }
        contended()
    }
}
