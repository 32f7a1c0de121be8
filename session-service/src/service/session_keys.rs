//! Whether a `session_key` is still the user's, and a new one in its place.
use wx_client::{Api, SessionKey, Signature, WxError};

use super::{ROUNDS, Sessions, contended};
use crate::{
    SessionError,
    domain::{Identity, RingEntry, UserTag},
    ports::{Owner, SealedKey},
    store::Change,
};

/// Whose key is meant.
#[derive(Debug)]
pub enum KeyOf {
    /// That of the user who holds this session.
    Holder(String),
    /// That of this user.
    User(Identity),
}

/// The newest key that is known of a user.
struct Newest {
    tag: UserTag,
    owner: Owner,
    key: RingEntry,
}

impl Sessions {
    /// Whether WeChat still takes the newest key of a user for theirs.
    ///
    /// # Errors
    /// As [`Sessions::verify`]; when no key is known of them; and when WeChat, crypto-service or a
    /// store fails.
    pub async fn check_session_key(&self, whose: KeyOf) -> Result<bool, SessionError> {
        let newest = self.newest(whose).await?;
        let (signature, openid) = (self.signature(&newest).await?, &newest.owner.openid);
        let appid = &newest.owner.appid;
        let mut in_use = self.token_for(appid).await?;
        loop {
            let asked = self
                .wechat
                .check_session(&in_use.token, openid.as_str(), &signature);
            match self.asked(appid, Api::CheckSessionKey, asked.await) {
                Err(error) if self.replaced(&mut in_use, &error).await? => {}
                settled => return settled,
            }
        }
    }

    /// Has WeChat replace the newest key of a user, and keeps the new one.
    ///
    /// # Errors
    /// As [`Sessions::check_session_key`]; and when WeChat does not take the key for theirs.
    pub async fn reset_session_key(&self, whose: KeyOf) -> Result<(), SessionError> {
        let newest = self.newest(whose).await?;
        let sessions = self.clone();
        // Once WeChat has been asked the old key may be dead: the new one must not be lost.
        self.to_the_end(async move {
            let key = sessions.ask_for_reset(&newest).await?;
            let sealed = sessions.crypto.seal(&newest.owner, key).await?;
            sessions.keep_key(newest.tag, sealed).await
        })
        .await
    }

    async fn newest(&self, whose: KeyOf) -> Result<Newest, SessionError> {
        let (tag, owner) = match whose {
            KeyOf::Holder(token) => {
                let session = self.verify(&token).await?.session;
                let (appid, openid) = (session.appid, session.openid);
                (session.tag, Owner { appid, openid })
            }
            KeyOf::User(Identity { appid, openid }) => {
                (self.tags.tag(&appid, &openid), Owner { appid, openid })
            }
        };
        let user = self.records.user(tag).await?.value.unwrap_or_default();
        let key = user
            .ring()
            .first()
            .cloned()
            .ok_or(SessionError::NoSuchKey)?;
        Ok(Newest { tag, owner, key })
    }

    async fn signature(&self, newest: &Newest) -> Result<Signature, SessionError> {
        let hex = self.crypto.sign(&newest.owner, &newest.key).await?;
        Signature::parse(&hex).ok_or(SessionError::NoSignature)
    }

    async fn ask_for_reset(&self, newest: &Newest) -> Result<SessionKey, SessionError> {
        let (signature, openid) = (self.signature(newest).await?, &newest.owner.openid);
        let appid = &newest.owner.appid;
        let mut in_use = self.token_for(appid).await?;
        loop {
            let asked = self
                .wechat
                .reset_session_key(&in_use.token, openid.as_str(), &signature);
            match self.asked(appid, Api::ResetSessionKey, asked.await) {
                Err(error) if self.replaced(&mut in_use, &error).await? => {}
                Err(SessionError::WeChat(WxError::KeyStale(refusal))) => {
                    return Err(SessionError::KeyStale(refusal));
                }
                settled => return settled,
            }
        }
    }

    /// Puts a key in front of the user's others. Where all sessions have ended, nobody needs it.
    async fn keep_key(&self, tag: UserTag, key: SealedKey) -> Result<(), SessionError> {
        for _ in 0..ROUNDS {
            let mut user = self.records.user(tag).await?;
            let now = self.now();
            let Some(mut list) = user.value.take() else {
                return Ok(());
            };
            let Some(end) = list.last_end().filter(|end| now < *end) else {
                return Ok(());
            };
            let newest = RingEntry {
                sealed: key.sealed.clone(),
                fingerprint: key.fingerprint.clone(),
                displaced_at: None,
            };
            list.push_key(newest, key.useful_when_displaced, now);
            let change = Change::default().put(&user, &list, self.limits.left(end, now));
            if self.records.commit(change).await? {
                return Ok(());
            }
        }
        contended()
    }
}
