//! Wire to domain, which may refuse; domain to wire, which names every field.
use std::time::Duration;

use service_kit::Timestamp;
use uuid::Uuid;
use wx_proto::session::v1::{
    AppUser, GetUserResponse, Identity, KeptPhone, ListedSession, LoginRequest, LoginResponse,
    PhoneNumber, RefreshResponse, UpdateProfileRequest, User, VerifyResponse,
};

use crate::{
    domain::{
        self, Account, AppId, AvatarUrl, Device, LoginCode, Malformed, Nickname, Nonce,
        ProfileChange, UnionId,
    },
    service::{Granted, Known, LoggedIn, Login, Mine, Person, Verified},
};

impl TryFrom<LoginRequest> for Login {
    type Error = Malformed;

    fn try_from(request: LoginRequest) -> Result<Self, Malformed> {
        let LoginRequest {
            code,
            appid,
            nonce,
            device,
        } = request;
        Ok(Self {
            code: LoginCode::parse(code)?,
            appid: (!appid.is_empty())
                .then(|| AppId::parse(&appid))
                .transpose()?,
            nonce: Nonce::parse(nonce)?,
            device: Device::parse(&device)?,
        })
    }
}

/// Empty when WeChat gives none.
fn text(unionid: Option<&UnionId>) -> String {
    unionid.map_or_else(String::new, |id| id.as_str().to_owned())
}

pub(super) fn profile_change(request: &UpdateProfileRequest) -> Result<ProfileChange, Malformed> {
    Ok(ProfileChange {
        nickname: request
            .nickname
            .as_deref()
            .map(Nickname::parse)
            .transpose()?,
        avatar_url: request
            .avatar_url
            .as_deref()
            .map(AvatarUrl::parse)
            .transpose()?,
    })
}

impl From<Person> for User {
    fn from(
        Person {
            account,
            profile_required,
        }: Person,
    ) -> Self {
        // The unionid is identity, the block a refusal, the phone for internal callers alone: none is
        // part of a profile.
        let Account {
            id,
            former_ids: _,
            unionid: _,
            nickname,
            avatar_url,
            phone: _,
            blocked_at: _,
            created_at,
            last_login_at,
        } = account;
        Self {
            id: id.to_string(),
            nickname,
            avatar_url,
            created_at: Some(moment(created_at)),
            last_login_at: Some(moment(last_login_at)),
            profile_required,
        }
    }
}

impl From<domain::Identity> for AppUser {
    fn from(domain::Identity { appid, openid }: domain::Identity) -> Self {
        Self {
            appid: appid.as_str().to_owned(),
            openid: openid.as_str().to_owned(),
        }
    }
}

impl From<Known> for GetUserResponse {
    fn from(
        Known {
            person,
            identities,
            phone,
        }: Known,
    ) -> Self {
        let account = &person.account;
        Self {
            identities: identities.into_iter().map(Into::into).collect(),
            unionid: text(account.unionid.as_ref()),
            former_ids: texts(&account.former_ids),
            blocked_at: account.blocked_at.map(moment),
            phone: phone.map(Into::into),
            user: Some(person.into()),
        }
    }
}

impl From<domain::PhoneNumber> for PhoneNumber {
    fn from(
        domain::PhoneNumber {
            number,
            pure,
            country,
            verified,
        }: domain::PhoneNumber,
    ) -> Self {
        Self {
            phone_number: number,
            pure_phone_number: pure,
            country_code: country,
            verified,
        }
    }
}

impl From<domain::KeptPhone> for KeptPhone {
    fn from(domain::KeptPhone { phone, obtained_at }: domain::KeptPhone) -> Self {
        Self {
            number: Some(phone.into()),
            obtained_at: Some(moment(obtained_at)),
        }
    }
}

fn texts(ids: &[Uuid]) -> Vec<String> {
    ids.iter().map(Uuid::to_string).collect()
}

impl From<LoggedIn> for LoginResponse {
    fn from(
        LoggedIn {
            granted,
            person,
            is_new,
            claims: _,
        }: LoggedIn,
    ) -> Self {
        let Granted {
            token,
            expires_in,
            refresh_in,
        } = granted;
        Self {
            session_rd: token.expose().to_owned(),
            expires_in: Some(duration(expires_in)),
            refresh_in: Some(duration(refresh_in)),
            user: Some(person.into()),
            is_new,
        }
    }
}

impl From<Granted> for RefreshResponse {
    fn from(
        Granted {
            token,
            expires_in,
            refresh_in,
        }: Granted,
    ) -> Self {
        Self {
            session_rd: token.expose().to_owned(),
            expires_in: Some(duration(expires_in)),
            refresh_in: Some(duration(refresh_in)),
        }
    }
}

impl From<Verified> for VerifyResponse {
    fn from(Verified { session, good_for }: Verified) -> Self {
        Self {
            identity: Some(Identity {
                user_id: session.user_id.to_string(),
                appid: session.appid.as_str().to_owned(),
                openid: session.openid.as_str().to_owned(),
                unionid: text(session.unionid.as_ref()),
                former_ids: texts(&session.former_ids),
            }),
            session_id: session.id.to_string(),
            user_tag: session.tag.to_string(),
            generation: session.generation,
            since: session.since,
            good_for: Some(duration(good_for)),
            issued_at: Some(moment(session.issued_at)),
            expires_at: Some(moment(session.expires_at)),
            absolute_expires_at: Some(moment(session.absolute_expires_at)),
        }
    }
}

impl From<Mine> for ListedSession {
    fn from(Mine { session, current }: Mine) -> Self {
        Self {
            session_id: session.id.to_string(),
            current,
            device: session.device.as_str().to_owned(),
            issued_at: Some(moment(session.issued_at)),
            last_used_at: Some(moment(session.stepped_at)),
            expires_at: Some(moment(session.expires_at)),
            appid: session.appid.as_str().to_owned(),
        }
    }
}

/// Durations of ours are days at most, far within what the wire can say.
pub(super) fn duration(duration: Duration) -> prost_types::Duration {
    prost_types::Duration::try_from(duration).unwrap_or_default()
}

fn moment(moment: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: i64::try_from(moment.unix_seconds()).unwrap_or(i64::MAX),
        nanos: i32::try_from(moment.unix_millis() % 1000 * 1_000_000).unwrap_or(0),
    }
}
