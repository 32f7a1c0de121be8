//! Wire to port: an answer that lacks something is a defect of whoever sent it.
use std::time::Duration;

use service_kit::{RemoteError, Timestamp};
use wx_proto::{
    common::v1::ErrorReason,
    session::v1::{self as wire, LoginResponse, RefreshResponse, VerifyResponse},
};

use crate::ports::{
    Granted, Identity, ListedSession, LoggedIn, PhoneNumber, Session, SessionToken, User,
};

/// The value of a field that every answer must have.
pub(super) fn required<T>(value: Option<T>, field: &str) -> Result<T, RemoteError> {
    value.ok_or_else(|| RemoteError {
        reason: ErrorReason::Internal,
        message: format!("session-service answered without a usable {field}"),
        retry_after: None,
        answered: false,
    })
}

fn duration(value: Option<prost_types::Duration>, field: &str) -> Result<Duration, RemoteError> {
    required(value.and_then(|wire| Duration::try_from(wire).ok()), field)
}

fn moment(value: Option<prost_types::Timestamp>, field: &str) -> Result<Timestamp, RemoteError> {
    required(value.and_then(unix_millis), field).map(Timestamp::from_unix_millis)
}

fn unix_millis(moment: prost_types::Timestamp) -> Option<u64> {
    let seconds = u64::try_from(moment.seconds).ok()?;
    let nanos = u64::try_from(moment.nanos).ok()?;
    seconds.checked_mul(1000)?.checked_add(nanos / 1_000_000)
}

impl From<wire::User> for User {
    fn from(user: wire::User) -> Self {
        let wire::User {
            id,
            nickname,
            avatar_url,
            created_at: _,
            last_login_at: _,
            profile_required,
        } = user;
        Self {
            id,
            nickname,
            avatar_url,
            profile_required,
        }
    }
}

impl From<wire::PhoneNumber> for PhoneNumber {
    fn from(phone: wire::PhoneNumber) -> Self {
        let wire::PhoneNumber {
            phone_number,
            pure_phone_number,
            country_code,
            verified,
        } = phone;
        Self {
            phone_number,
            pure_phone_number,
            country_code,
            verified,
        }
    }
}

impl From<wire::Identity> for Identity {
    fn from(identity: wire::Identity) -> Self {
        let wire::Identity {
            user_id,
            appid,
            openid,
            unionid,
            former_ids: _,
        } = identity;
        Self {
            user_id,
            appid,
            openid,
            unionid,
        }
    }
}

impl TryFrom<wire::ListedSession> for ListedSession {
    type Error = RemoteError;

    fn try_from(listed: wire::ListedSession) -> Result<Self, RemoteError> {
        let wire::ListedSession {
            session_id,
            current,
            device,
            issued_at,
            last_used_at,
            expires_at,
            appid: _,
        } = listed;
        Ok(Self {
            id: session_id,
            current,
            device,
            issued_at: moment(issued_at, "issued_at")?,
            last_used_at: moment(last_used_at, "last_used_at")?,
            expires_at: moment(expires_at, "expires_at")?,
        })
    }
}

impl TryFrom<LoginResponse> for LoggedIn {
    type Error = RemoteError;

    fn try_from(answer: LoginResponse) -> Result<Self, RemoteError> {
        let granted = Granted {
            token: SessionToken::new(answer.session_rd),
            expires_in: duration(answer.expires_in, "expires_in")?,
            refresh_in: duration(answer.refresh_in, "refresh_in")?,
        };
        Ok(Self {
            granted,
            user: required(answer.user, "user")?.into(),
            is_new: answer.is_new,
        })
    }
}

impl TryFrom<RefreshResponse> for Granted {
    type Error = RemoteError;

    fn try_from(answer: RefreshResponse) -> Result<Self, RemoteError> {
        Ok(Self {
            token: SessionToken::new(answer.session_rd),
            expires_in: duration(answer.expires_in, "expires_in")?,
            refresh_in: duration(answer.refresh_in, "refresh_in")?,
        })
    }
}

impl TryFrom<VerifyResponse> for Session {
    type Error = RemoteError;

    fn try_from(answer: VerifyResponse) -> Result<Self, RemoteError> {
        let identity = required(answer.identity, "identity")?;
        required((!identity.openid.is_empty()).then_some(()), "openid")?;
        Ok(Self {
            id: answer.session_id,
            identity: identity.into(),
            issued_at: moment(answer.issued_at, "issued_at")?,
            expires_at: moment(answer.expires_at, "expires_at")?,
            absolute_expires_at: moment(answer.absolute_expires_at, "absolute_expires_at")?,
        })
    }
}
