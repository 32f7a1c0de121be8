//! Phone numbers that users give away.
use std::time::Duration;

use uuid::Uuid;
use wx_client::{Api, MsgHash, WxError};

use super::{ROUNDS, Sessions, contended, hold::new_holder};
use crate::{
    SessionError,
    domain::{
        EncryptedData, KeptPhone, Misshapen, PHONE_LIFE, PhoneClaim, PhoneCode, PhoneNumber,
        PhoneStep, Session, UserTag,
    },
    ports::Owner,
    store::{Change, PhoneSeal, Read, StoreError},
};

/// How often a waiting caller looks for the first one's answer.
const LOOK: Duration = Duration::from_millis(50);
/// How many times: less long than callers wait for us, so that they are told to come back.
const LOOKS: u32 = 50;

/// How often an answer is noted anew where the store fails.
const NOTES: u32 = 3;

/// `invalid openid`, `invalid appid`: the code is another user's, or of another app.
const ANOTHERS_CODE: [i64; 2] = [40003, 40013];

/// What the phone-number button gave.
#[derive(Debug)]
pub enum Given {
    /// Its code.
    Code(PhoneCode),
    /// Encrypted data, as old clients give it.
    Encrypted(Result<EncryptedData, Misshapen>),
}

/// How WeChat is asked whether it made encrypted data. It does not say what it wants hashed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EncryptedDataCheck {
    /// Not at all.
    #[default]
    Off,
    /// By the hash of the base64 text.
    Text,
    /// By the hash of the bytes that the text stands for.
    Bytes,
}

impl Sessions {
    /// The phone number that the token's user gave away; it is kept on their account, where numbers
    /// are kept.
    ///
    /// # Errors
    /// As [`Sessions::verify`] and [`Sessions::decrypt`]; when WeChat refuses the code or fails; and when
    /// the number cannot be kept: then the same call finds it again.
    pub async fn phone_number(
        &self,
        token: &str,
        given: Given,
    ) -> Result<PhoneNumber, SessionError> {
        let session = self.verify(token).await?.session;
        let outcome = self.given(&session, given).await;
        self.counters.phone(&outcome);
        let phone = outcome?;
        if let Some(seal) = &self.phones {
            self.keep_phone(session.user_id, seal, &phone).await?;
        }
        Ok(phone)
    }

    /// The phone number that an account keeps.
    pub(super) fn kept_phone(&self, account: &crate::domain::Account) -> Option<KeptPhone> {
        self.phones.as_ref()?.open(account)
    }

    async fn given(&self, session: &Session, given: Given) -> Result<PhoneNumber, SessionError> {
        match given {
            Given::Encrypted(data) => self.phone_in(session, data?).await,
            Given::Code(code) => {
                let (sessions, session) = (self.clone(), session.clone());
                // The code works once: whoever asked for it hears the answer when asking again.
                self.to_the_end(async move { sessions.phone_of_code(&session, &code).await })
                    .await
            }
        }
    }

    async fn keep_phone(
        &self,
        user: Uuid,
        seal: &PhoneSeal,
        phone: &PhoneNumber,
    ) -> Result<(), SessionError> {
        for _ in 0..ROUNDS {
            let account = self.accounts.account(user).await?;
            // A user who was erased has no session, whatever is left of it.
            let account = account.ok_or(SessionError::Revoked)?;
            let before = account.phone.as_ref();
            let kept = before.and_then(|_| seal.open(&account));
            if kept.is_some_and(|kept| kept.phone == *phone || !kept.yields_to(phone)) {
                return Ok(());
            }
            let now = KeptPhone {
                phone: phone.clone(),
                obtained_at: self.now(),
            };
            let sealed = seal.seal(account.id, &now)?;
            if self
                .accounts
                .keep_phone(account.id, before, &sealed)
                .await?
            {
                return Ok(());
            }
        }
        contended()
    }

    async fn phone_of_code(
        &self,
        session: &Session,
        code: &PhoneCode,
    ) -> Result<PhoneNumber, SessionError> {
        let fingerprint = code.fingerprint(&session.appid);
        for _ in 0..LOOKS {
            let read = self.records.phone(session.tag, fingerprint).await?;
            match self.phone_step(&read) {
                PhoneStep::Again(phone) => return Ok(phone),
                PhoneStep::Wait => tokio::time::sleep(LOOK).await,
                PhoneStep::Ask => {
                    if let Some(claim) = self.claim_phone(session.tag, fingerprint, &read).await? {
                        let outcome = self.ask_for_phone(session, code).await;
                        self.settle_phone(session, fingerprint, claim, &outcome)
                            .await;
                        return outcome;
                    }
                }
            }
        }
        Err(SessionError::StillUnderWay)
    }

    fn phone_step(&self, read: &Read<PhoneClaim>) -> PhoneStep {
        match &read.value {
            Some(claim) => claim.step(self.now()),
            // Another release is at it.
            None if read.is_unreadable() => PhoneStep::Wait,
            None => PhoneStep::Ask,
        }
    }

    async fn claim_phone(
        &self,
        tag: UserTag,
        fingerprint: [u8; 16],
        read: &Read<PhoneClaim>,
    ) -> Result<Option<PhoneClaim>, StoreError> {
        let claim = PhoneClaim::begin(new_holder()?, self.now());
        let change = Change::default().put(read, &claim, PHONE_LIFE);
        let written = async {
            let found = self.records.phone(tag, fingerprint).await?;
            Ok(found.value.as_ref() == Some(&claim))
        };
        let ours = self.take_hold(change, written).await?;
        Ok(ours.then_some(claim))
    }

    async fn ask_for_phone(
        &self,
        session: &Session,
        code: &PhoneCode,
    ) -> Result<PhoneNumber, SessionError> {
        let (appid, openid) = (&session.appid, session.openid.as_str());
        let mut in_use = self.token_for(appid).await?;
        loop {
            let asked = self
                .wechat
                .phone_number(&in_use.token, code.expose(), openid);
            let answer = asked.await.map_err(code_rejected);
            match self.asked(appid, Api::PhoneNumber, answer) {
                Ok(found) => {
                    return Ok(PhoneNumber {
                        number: found.phone_number,
                        pure: found.pure_phone_number,
                        country: found.country_code,
                        verified: true,
                    });
                }
                Err(error) if self.replaced(&mut in_use, &error).await? => {}
                Err(SessionError::WeChat(WxError::CodeRejected(refusal))) => {
                    return Err(SessionError::PhoneCodeRejected(refusal));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Notes the number, unless somebody did. Where there is none, the next call asks again: a code that
    /// is spent is refused by WeChat.
    async fn settle_phone(
        &self,
        session: &Session,
        fingerprint: [u8; 16],
        ours: PhoneClaim,
        outcome: &Result<PhoneNumber, SessionError>,
    ) {
        let phone = outcome.as_ref().ok();
        for _ in 0..NOTES {
            let place = (session.tag, fingerprint);
            match self.try_settle_phone(place, &ours, phone).await {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => tracing::warn!(
                    error = service_kit::causes(&error),
                    "the answer to a phone code was not noted"
                ),
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn try_settle_phone(
        &self,
        (tag, fingerprint): (UserTag, [u8; 16]),
        ours: &PhoneClaim,
        phone: Option<&PhoneNumber>,
    ) -> Result<bool, StoreError> {
        let read = self.records.phone(tag, fingerprint).await?;
        let change = match phone {
            Some(_) if read.value.as_ref().is_some_and(PhoneClaim::is_done) => return Ok(true),
            // Whoever else is at it can only be told that the code is spent.
            Some(phone) => {
                let done = ours.done(phone.clone(), self.now());
                Change::default().put(&read, &done, PHONE_LIFE)
            }
            None if read.value.as_ref() != Some(ours) => return Ok(true),
            None => Change::default().delete(&read),
        };
        self.records.commit(change).await
    }

    /// The number in encrypted data of the session's user.
    async fn phone_in(
        &self,
        session: &Session,
        data: EncryptedData,
    ) -> Result<PhoneNumber, SessionError> {
        let hash = self.hash(&data);
        let owner = Owner {
            appid: session.appid.clone(),
            openid: session.openid.clone(),
        };
        let json = self.decrypted(session.tag, &owner, Ok(data), None).await?;
        let phone = PhoneNumber::opened(&json).ok_or(Misshapen)?;
        let verified = match hash {
            Some(hash) => self.made_by_wechat(session, hash).await,
            None => false,
        };
        Ok(PhoneNumber { verified, ..phone })
    }

    fn hash(&self, data: &EncryptedData) -> Option<MsgHash> {
        match self.encrypted_data_check {
            EncryptedDataCheck::Off => None,
            EncryptedDataCheck::Text => Some(MsgHash::of_text(&data.encrypted_data)),
            EncryptedDataCheck::Bytes => Some(MsgHash::of_bytes(&data.bytes())),
        }
    }

    /// Whether WeChat says that it made the data. Where it does not answer, it did not say so.
    async fn made_by_wechat(&self, session: &Session, hash: MsgHash) -> bool {
        match self.try_made_by_wechat(session, hash).await {
            Ok(made) => made,
            Err(error) => {
                tracing::warn!(
                    error = service_kit::causes(&error),
                    "WeChat did not say whether it made a phone number"
                );
                false
            }
        }
    }

    async fn try_made_by_wechat(
        &self,
        session: &Session,
        hash: MsgHash,
    ) -> Result<bool, SessionError> {
        let mut in_use = self.token_for(&session.appid).await?;
        loop {
            let answer = self.wechat.check_encrypted_msg(&in_use.token, hash).await;
            match self.asked(&session.appid, Api::CheckEncryptedMsg, answer) {
                Err(error) if self.replaced(&mut in_use, &error).await? => {}
                settled => return Ok(settled?.is_some()),
            }
        }
    }
}

/// What a client can bring about by a code that is not its own is no operator's business.
fn code_rejected(error: WxError) -> WxError {
    match error {
        WxError::Misconfigured(refusal) | WxError::BadRequest(refusal)
            if ANOTHERS_CODE.contains(&refusal.errcode) =>
        {
            WxError::CodeRejected(refusal)
        }
        error => error,
    }
}
