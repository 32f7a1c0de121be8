//! One exchange per code: the claim on it, and the answer for whoever sends it again.
use std::time::Duration;

use service_kit::ServiceError;

use super::{LoggedIn, Login, Sessions, hold::new_holder};
use crate::{
    SessionError,
    domain::{AppId, CLAIM_LIFE, Claims, CodeClaim, Echo, NonceHash, Progress},
    store::{Change, Read, StoreError},
};

/// How often a waiting caller looks for the first one's answer.
const LOOK: Duration = Duration::from_millis(50);
/// How many times; then the caller is told to come back.
const LOOKS: u32 = 200;

/// What came of claiming a code.
pub(super) enum Claimed {
    /// The code is ours to spend.
    Ours(Held),
    /// The same client was here before: its answer.
    Before(LoggedIn),
}

/// A claim that must be settled.
pub(super) struct Held {
    fingerprint: [u8; 16],
    claim: CodeClaim,
}

impl Sessions {
    /// Claims a code, or finds what became of the first call with it.
    pub(super) async fn claim(
        &self,
        appid: &AppId,
        login: &Login,
    ) -> Result<Claimed, SessionError> {
        let (fingerprint, nonce) = (login.code.fingerprint(appid), login.nonce.hash());
        for _ in 0..LOOKS {
            let mut read = self.records.claim(fingerprint).await?;
            if read.is_foreign() {
                tracing::warn!(
                    event = "foreign_claim",
                    "the claim on a login code was sealed with other keys: the code counts as used"
                );
            }
            if read.is_unreadable() {
                // Another release has it, or whoever had other keys: nobody here knows whether it was
                // sent.
                return Err(SessionError::CodeUsed);
            }
            match read.value.take() {
                None => {
                    if let Some(claim) = self.try_claim(fingerprint, &read, nonce).await? {
                        return Ok(Claimed::Ours(Held { fingerprint, claim }));
                    }
                }
                Some(claim) => match claim.echo(nonce, self.now()) {
                    Echo::Wait => tokio::time::sleep(LOOK).await,
                    Echo::Session { claims, is_new } => {
                        return Ok(Claimed::Before(self.again(claims, is_new).await?));
                    }
                    Echo::Refusal(reason) => return Err(SessionError::refused_before(reason)),
                    Echo::Used => return Err(SessionError::CodeUsed),
                },
            }
        }
        Err(SessionError::StillUnderWay)
    }

    async fn try_claim(
        &self,
        fingerprint: [u8; 16],
        read: &Read<CodeClaim>,
        nonce: NonceHash,
    ) -> Result<Option<CodeClaim>, StoreError> {
        let claim = CodeClaim::begin(nonce, new_holder()?, self.now());
        let change = Change::default().put(read, &claim, CLAIM_LIFE);
        let written = async { Ok(self.records.claim(fingerprint).await?.value == Some(claim)) };
        let ours = self.take_hold(change, written).await?;
        Ok(ours.then_some(claim))
    }

    /// The first call's answer, as far as it still holds.
    async fn again(&self, claims: Claims, is_new: bool) -> Result<LoggedIn, SessionError> {
        let found = self.records.session(claims.tag, claims.id).await?.value;
        let session = match self.standing(&claims, found) {
            Err(SessionError::Expired | SessionError::Revoked) => {
                return Err(SessionError::CodeUsed);
            }
            standing => standing?,
        };
        let person = self.user(session.user_id).await?;
        // As it is now: where it was refreshed meanwhile, the first token is about to end.
        let granted = self.grant(&session, self.now())?;
        Ok(LoggedIn {
            granted,
            person,
            is_new,
            claims,
        })
    }

    /// Notes what became of a code. When nothing was sent, the code is free again.
    pub(super) async fn settle(&self, held: Held, outcome: &Result<LoggedIn, SessionError>) {
        if let Err(error) = self.try_settle(&held, outcome).await {
            // The code counts as used once the holder's time is over.
            tracing::warn!(
                error = service_kit::causes(&error),
                "the outcome of a login was not noted"
            );
        }
    }

    async fn try_settle(
        &self,
        held: &Held,
        outcome: &Result<LoggedIn, SessionError>,
    ) -> Result<(), StoreError> {
        let read = self.records.claim(held.fingerprint).await?;
        let holder = read.value.as_ref().map(CodeClaim::holder);
        if holder != Some(held.claim.holder()) {
            // The store forgot ours, and somebody may have made another since.
            return Ok(());
        }
        let at = self.now();
        let change = match outcome {
            Err(SessionError::WeChat(error)) if error.nothing_was_sent() => {
                Change::default().delete(&read)
            }
            Err(error) => {
                let failed = Progress::Failed {
                    reason: error.reason().into(),
                    at,
                };
                Change::default().put(&read, &held.claim.with(failed), CLAIM_LIFE)
            }
            Ok(LoggedIn { claims, is_new, .. }) => {
                let done = Progress::Done {
                    claims: *claims,
                    is_new: *is_new,
                    at,
                };
                Change::default().put(&read, &held.claim.with(done), CLAIM_LIFE)
            }
        };
        self.records.commit(change).await.map(drop)
    }
}
