//! A user of the real service, who takes the steps.
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use service_kit::{RemoteError, Timestamp};
use tonic::{Response, Status};
use wx_proto::{
    common::v1::ErrorReason,
    session::v1::{
        ListSessionsRequest, LoginRequest, LogoutRequest, RefreshRequest, RevokeSessionRequest,
        RevokeUserRequest, VerifyRequest, VerifyResponse, list_sessions_request,
        revoke_session_request, revoke_user_request,
    },
};

use super::{
    installation::Installation,
    life::{Life, Outcome, REFRESH_AFTER, Token},
    step::Step,
    stored::{Copy, Name},
};

/// The user, and everything that was ever given to them.
pub(crate) struct Subject {
    at: Arc<Installation>,
    openid: String,
    began: Timestamp,
    thefts_before: u64,
    code: String,
    given: BTreeMap<Token, String>,
    names: Vec<Name>,
    copy: Option<Copy>,
}

/// Refused, as the reference says it.
fn refused(status: Status) -> Outcome {
    match RemoteError::from(status).reason {
        ErrorReason::SessionExpired => Outcome::Expired,
        ErrorReason::SessionRevoked => Outcome::Revoked,
        ErrorReason::NotFound => Outcome::NotFound,
        ErrorReason::LoginCodeRejected => Outcome::CodeUsed,
        other => panic!("no step is refused for {other:?}"),
    }
}

fn answer<T>(result: Result<Response<T>, Status>) -> Result<T, Outcome> {
    result.map(Response::into_inner).map_err(refused)
}

fn time(duration: Option<prost_types::Duration>) -> std::time::Duration {
    let duration = duration.expect("a duration");
    duration.try_into().expect("not negative")
}

impl Subject {
    pub(crate) fn new(at: Arc<Installation>) -> Self {
        Self {
            openid: at.newcomer(),
            began: at.now(),
            thefts_before: at.thefts(),
            code: String::new(),
            given: BTreeMap::new(),
            names: Vec::new(),
            copy: None,
            at,
        }
    }

    /// Takes a step, and compares the answer with what the rules say.
    pub(crate) async fn take(&mut self, step: &Step, rules: &Life) {
        let answer = self.carry_out(step, rules).await;
        let keys = self.names.iter().flat_map(Name::keys);
        self.at.persist(keys).await;
        let answer = answer.unwrap_or_else(|refused| refused);
        let either = [Outcome::Expired, Outcome::Revoked];
        match &rules.outcome {
            Outcome::ExpiredOrRevoked => assert!(either.contains(&answer), "{step:?}: {answer:?}"),
            rule => assert_eq!(&answer, rule, "{step:?}"),
        }
        let thefts = self.at.thefts() - self.thefts_before;
        assert_eq!(thefts, rules.thefts, "{step:?}");
    }

    async fn carry_out(&mut self, step: &Step, rules: &Life) -> Result<Outcome, Outcome> {
        match step {
            Step::Login { .. } => {
                self.code = self.at.stage.wechat.login_code(&self.openid).await;
                self.log_in(rules).await
            }
            Step::LoginAgain => self.log_in(rules).await,
            Step::Verify(token) => Ok(self.passes(&self.verify(*token).await?)),
            Step::Refresh { token, .. } => self.refresh(*token, rules).await,
            Step::Logout(token) => self.log_out(*token).await,
            Step::Kick { with, whom } => self.kick(*with, *whom).await,
            Step::List(token) => self.list(*token).await,
            Step::LogoutEverywhere(token) => self.log_out_everywhere(*token).await,
            Step::Copy => {
                self.copy = Some(Copy::of(&self.at.stage.system.records, &self.names).await);
                Ok(Outcome::Nothing)
            }
            Step::LoseWrites => {
                let copy = self.copy.as_ref().expect("a copy was made");
                copy.restore(&self.at.stage.system.records, &self.names)
                    .await;
                Ok(Outcome::Nothing)
            }
            Step::Wait(_) | Step::WaitUntil { .. } => {
                self.at.stage.clock.set(self.began.plus(rules.now));
                Ok(Outcome::Nothing)
            }
        }
    }

    async fn log_in(&mut self, rules: &Life) -> Result<Outcome, Outcome> {
        let mut client = self.at.client.clone();
        let request = LoginRequest {
            code: self.code.clone(),
            nonce: "this-wx-login".to_owned(),
            ..LoginRequest::default()
        };
        let login = answer(client.login(request).await)?;
        if self.names.len() < rules.sessions.len() {
            self.names.push(Name::of(&login.session_rd));
        }
        let (lasts, next) = (time(login.expires_in), time(login.refresh_in));
        assert_eq!(next, lasts.min(REFRESH_AFTER));
        Ok(self.receive(login.session_rd, lasts, rules))
    }

    async fn verify(&self, token: Token) -> Result<VerifyResponse, Outcome> {
        let mut client = self.at.client.clone();
        let session_rd = self.given[&token].clone();
        let verified = client.verify(VerifyRequest { session_rd });
        let verified = answer(verified.await)?;
        let identity = verified.identity.as_ref().expect("whose it is");
        assert_eq!(identity.openid, self.openid);
        let name = &self.names[token.session];
        assert_eq!(verified.session_id, name.id.to_string());
        Ok(verified)
    }

    fn passes(&self, verified: &VerifyResponse) -> Outcome {
        let ends = verified.expires_at.as_ref().expect("an end");
        let seconds = u64::try_from(ends.seconds).expect("after 1970");
        let millis = seconds * 1000 + u64::try_from(ends.nanos / 1_000_000).expect("positive");
        Outcome::Passes {
            generation: verified.generation,
            ends: Timestamp::from_unix_millis(millis).since(self.began),
            good_for: time(verified.good_for),
        }
    }

    async fn refresh(&mut self, token: Token, rules: &Life) -> Result<Outcome, Outcome> {
        let mut client = self.at.client.clone();
        let session_rd = self.given[&token].clone();
        let refreshed = client.refresh(RefreshRequest { session_rd });
        let refreshed = answer(refreshed.await)?;
        let (lasts, next) = (time(refreshed.expires_in), time(refreshed.refresh_in));
        assert_eq!(next, lasts.min(REFRESH_AFTER));
        Ok(self.receive(refreshed.session_rd, lasts, rules))
    }

    /// Which token this is: a generation has one, and no other has the same.
    fn receive(&mut self, text: String, lasts: std::time::Duration, rules: &Life) -> Outcome {
        let known = self.given.iter().find(|(_, given)| **given == text);
        let token = match (known, &rules.outcome) {
            (Some((token, _)), _) => *token,
            (None, Outcome::Token { token, .. }) => {
                let before = self.given.insert(*token, text);
                assert_eq!(before, None, "{token:?} has two forms");
                *token
            }
            (None, rule) => panic!("a new token instead of {rule:?}"),
        };
        Outcome::Token { token, lasts }
    }

    async fn log_out(&self, token: Token) -> Result<Outcome, Outcome> {
        let mut client = self.at.client.clone();
        let session_rd = self.given[&token].clone();
        let ended = client.logout(LogoutRequest { session_rd });
        answer(ended.await).map(|_| Outcome::Done)
    }

    async fn kick(&self, with: Token, whom: usize) -> Result<Outcome, Outcome> {
        let mut client = self.at.client.clone();
        let request = RevokeSessionRequest {
            whose: Some(revoke_session_request::Whose::SessionRd(
                self.given[&with].clone(),
            )),
            session_id: self.names[whom].id.to_string(),
        };
        answer(client.revoke_session(request).await).map(|_| Outcome::Done)
    }

    async fn list(&self, token: Token) -> Result<Outcome, Outcome> {
        let mut client = self.at.client.clone();
        let whose = list_sessions_request::Whose::SessionRd(self.given[&token].clone());
        let asked = client.list_sessions(ListSessionsRequest { whose: Some(whose) });
        let listed = answer(asked.await)?.sessions;
        let number = |id: &str| self.names.iter().position(|name| name.id.to_string() == id);
        let numbers = listed
            .iter()
            .map(|mine| number(&mine.session_id).expect("one of theirs"));
        let current: Vec<_> = listed.iter().filter(|mine| mine.current).collect();
        assert_eq!(current.len(), 1);
        assert_eq!(number(&current[0].session_id), Some(token.session));
        Ok(Outcome::Listed(numbers.collect::<BTreeSet<_>>()))
    }

    async fn log_out_everywhere(&self, token: Token) -> Result<Outcome, Outcome> {
        let mut client = self.at.client.clone();
        let whose = revoke_user_request::Whose::SessionRd(self.given[&token].clone());
        let ended = client.revoke_user(RevokeUserRequest { whose: Some(whose) });
        answer(ended.await).map(|_| Outcome::Done)
    }
}
