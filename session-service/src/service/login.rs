//! Logging in: a code becomes a session.
use wx_client::{Api, App, WxLogin};

use super::{Granted, Person, ROUNDS, Sessions, claims::Claimed, contended};
use crate::{
    SessionError,
    domain::{
        AppId, Claims, Device, LoginCode, Nonce, OpenId, Opening, RingEntry, Session, SessionId,
        UnionId,
    },
    ports::{Owner, SealedKey},
    store::{Change, Seen, SignedIn, StoreError},
};

/// How often a session whose fate is unknown is looked for.
const LOOKS: u32 = 2;

/// What a client sends to log in.
#[derive(Debug)]
pub struct Login {
    /// The code of `wx.login`.
    pub code: LoginCode,
    /// The app; left out, the first one.
    pub appid: Option<AppId>,
    /// The client's word for this `wx.login`.
    pub nonce: Nonce,
    /// The device's label.
    pub device: Device,
}

/// A login that succeeded.
#[derive(Clone, Debug)]
pub struct LoggedIn {
    /// The session's token.
    pub granted: Granted,
    /// Who logged in.
    pub person: Person,
    /// Whether this login registered them.
    pub is_new: bool,
    /// What the token says.
    pub claims: Claims,
}

impl Sessions {
    /// Exchanges a code at WeChat and opens a session; registers the user on first sight.
    ///
    /// # Errors
    /// When WeChat, crypto-service or a store refuses or fails, or the user is blocked.
    pub async fn login(&self, login: Login) -> Result<LoggedIn, SessionError> {
        let outcome = self.logged_in(login).await;
        self.counters.login(&outcome);
        outcome
    }

    async fn logged_in(&self, login: Login) -> Result<LoggedIn, SessionError> {
        let (appid, app) = self.apps.find(login.appid.as_ref())?;
        // Whatever a session needs is asked for before the code is spent.
        self.crypto.ready().await?;
        self.accounts.writable().await?;
        let since = self.revocations.catch_up().await?;
        let sessions = self.clone();
        // A claim without a holder would burn the code, and soon the code may be out.
        self.to_the_end(async move {
            sessions
                .claim_and_exchange(login, &appid, &app, since)
                .await
        })
        .await
    }

    async fn claim_and_exchange(
        &self,
        login: Login,
        appid: &AppId,
        app: &App,
        since: u64,
    ) -> Result<LoggedIn, SessionError> {
        let held = match self.claim(appid, &login).await? {
            Claimed::Ours(held) => held,
            Claimed::Before(answer) => return Ok(answer),
        };
        let outcome = self.exchange(login, appid, app, since).await;
        self.settle(held, &outcome).await;
        outcome
    }

    async fn exchange(
        &self,
        login: Login,
        appid: &AppId,
        app: &App,
        since: u64,
    ) -> Result<LoggedIn, SessionError> {
        let answer = self.wechat.code_to_session(app, login.code.expose());
        let WxLogin {
            openid,
            unionid,
            session_key,
        } = self.asked(appid, Api::CodeToSession, answer.await)?;
        let owner = Owner {
            appid: appid.clone(),
            openid: OpenId::new(openid),
        };
        let key = self.crypto.seal(&owner, session_key).await?;
        let Owner { appid, openid } = owner;
        let seen = Seen {
            appid,
            openid,
            unionid: unionid.map(UnionId::new),
        };
        self.open_session(&seen, &key, &login.device, since).await
    }

    /// Opens a session for whom WeChat vouched for. Where a merge ends it while it is made, the
    /// account is looked up again.
    async fn open_session(
        &self,
        seen: &Seen,
        key: &SealedKey,
        device: &Device,
        since: u64,
    ) -> Result<LoggedIn, SessionError> {
        let mut signed_in = self.enter(seen, since).await?;
        let is_new = signed_in.is_new;
        loop {
            let session = self.begin(seen, &signed_in, device)?;
            self.keep(&session, key).await?;
            if !self.is_ended(&session)? {
                return self.logged_in_as(&session, signed_in, is_new);
            }
            self.tidy(session.tag, session.id).await;
            let again = self.enter(seen, since).await?;
            if again.since == signed_in.since {
                return Err(SessionError::Overtaken);
            }
            signed_in = again;
        }
    }

    /// Finds or registers the person, and carries out a merge that follows.
    async fn enter(&self, seen: &Seen, since: u64) -> Result<SignedIn, SessionError> {
        let found = self.accounts.sign_in(seen, since, self.terms()).await?;
        let signed_in = found.ok_or(SessionError::Overtaken)?;
        self.carry_out(signed_in.account.id, &signed_in.ended).await;
        if signed_in.account.blocked_at.is_some() {
            return Err(SessionError::Blocked);
        }
        Ok(signed_in)
    }

    fn is_ended(&self, session: &Session) -> Result<bool, SessionError> {
        Ok(self.revocations.informed()?.revokes(session))
    }

    fn logged_in_as(
        &self,
        session: &Session,
        SignedIn { account, .. }: SignedIn,
        is_new: bool,
    ) -> Result<LoggedIn, SessionError> {
        tracing::info!(event = "login", session.id = %session.id, user.tag = %session.tag, user.id = %account.id, is_new, "session opened");
        Ok(LoggedIn {
            granted: self.grant(session, self.now())?,
            person: self.person(account),
            is_new,
            claims: session.claims(),
        })
    }

    fn begin(
        &self,
        seen: &Seen,
        SignedIn { account, since, .. }: &SignedIn,
        device: &Device,
    ) -> Result<Session, SessionError> {
        let Seen {
            appid,
            openid,
            unionid,
        } = seen.clone();
        let opening = Opening {
            id: SessionId::generate().map_err(StoreError::from)?,
            tag: self.tags.tag(&appid, &openid),
            unionid: unionid.or_else(|| account.unionid.clone()),
            appid,
            openid,
            user_id: account.id,
            former_ids: account.former_ids.clone(),
            since: *since,
            device: device.clone(),
        };
        Ok(Session::open(
            opening,
            self.tokens.active(),
            &self.limits,
            self.now(),
        ))
    }

    /// Stores the session, its line in the user's list and the key, all or nothing.
    async fn keep(&self, session: &Session, key: &SealedKey) -> Result<(), SessionError> {
        let now = self.now();
        let SealedKey {
            sealed,
            fingerprint,
            useful_when_displaced,
        } = key.clone();
        let newest = RingEntry {
            sealed,
            fingerprint,
            displaced_at: None,
        };
        let mut unheard = 0;
        for _ in 0..ROUNDS {
            let (read, mut user) = self
                .records
                .session_and_user(session.tag, session.id)
                .await?;
            if read.value.as_ref() == Some(session) {
                return Ok(());
            }
            let mut list = user.value.take().unwrap_or_default();
            let surplus = list.add(session, self.limits.per_user, now);
            list.push_key(newest.clone(), useful_when_displaced, now);
            let end = list.last_end().unwrap_or(session.expires_at);
            let change = Change::default()
                .put(&read, session, self.limits.left(session.expires_at, now))
                .put(&user, &list, self.limits.left(end, now));
            let change = surplus
                .into_iter()
                .fold(change, |change, id| change.drop_session(session.tag, id));
            match self.records.commit(change).await {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                // The code is spent: whether it was done is worth another look.
                Err(error) if error.may_have_happened() && unheard < LOOKS => unheard += 1,
                Err(error) => return Err(error.into()),
            }
        }
        contended()
    }
}
