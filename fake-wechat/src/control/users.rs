//! `PUT /_fake/users/{openid}`.

use std::ops::RangeInclusive;

use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};

use super::{Refusal, asked::Asked, change::Change, known_app};
use crate::{
    session_key::SessionKey,
    state::{
        FakeWechat,
        users::{User, UserId},
    },
};

/// What a user shall be. What is left out stays as it is, or is invented for a new user.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    appid: Option<String>,
    #[serde(default)]
    unionid: Change<String>,
    session_key: Option<String>,
    phone: Option<String>,
    country_code: Option<String>,
    nickname: Option<String>,
    blocked: Option<bool>,
}

/// The user as it now is, `session_key` and all: it is a fake.
#[derive(Serialize)]
pub(super) struct Shown {
    appid: String,
    openid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unionid: Option<String>,
    session_key: String,
    phone: String,
    country_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    nickname: Option<String>,
    blocked: bool,
}

pub(super) async fn put(
    State(fake): State<FakeWechat>,
    Path(openid): Path<String>,
    Asked(wish): Asked<Wish>,
) -> Result<Json<Shown>, Refusal> {
    let key = wish
        .session_key
        .as_deref()
        .map(SessionKey::parse)
        .transpose()?;
    wish.check(&openid)?;
    let appid = known_app(&fake, wish.appid.as_deref())?;
    let now = fake.now();
    let mut world = fake.world();
    let known = fake.locate(&world.users, wish.appid.as_deref(), &openid);
    let id = known.unwrap_or_else(|| UserId::new(appid, &openid));
    let user = world.users.get_or_invent(id.clone(), now)?;
    wish.apply(user);
    if let Some(key) = key {
        user.plant_key(key, now);
    }
    Ok(Json(Shown::of(id, user)))
}

impl Wish {
    fn check(&self, openid: &str) -> Result<(), Refusal> {
        if !is_identifier(openid) {
            return Err(Refusal::Identifier("openid"));
        }
        if let Change::To(Some(unionid)) = &self.unionid
            && !is_identifier(unionid)
        {
            return Err(Refusal::Identifier("unionid"));
        }
        match (self.phone.as_deref(), self.country_code.as_deref()) {
            (Some(phone), _) if !is_digits(phone, 4..=20) => Err(Refusal::Phone),
            (_, Some(code)) if !is_digits(code, 1..=4) => Err(Refusal::CountryCode),
            _ => Ok(()),
        }
    }

    fn apply(self, user: &mut User) {
        self.unionid.apply(&mut user.unionid);
        user.phone = self
            .phone
            .unwrap_or_else(|| std::mem::take(&mut user.phone));
        user.country_code = self
            .country_code
            .unwrap_or_else(|| std::mem::take(&mut user.country_code));
        user.nickname = self.nickname.or_else(|| user.nickname.take());
        user.blocked = self.blocked.unwrap_or(user.blocked);
    }
}

impl Shown {
    fn of(UserId { appid, openid }: UserId, user: &User) -> Self {
        Self {
            appid,
            openid,
            unionid: user.unionid.clone(),
            session_key: user.key().text(),
            phone: user.phone.clone(),
            country_code: user.country_code.clone(),
            nickname: user.nickname.clone(),
            blocked: user.blocked,
        }
    }
}

fn is_identifier(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

fn is_digits(text: &str, length: RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
