//! Reads WeChat's answers: JSON whatever the header says, lenient in form, strict in content.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{
    errcode,
    error::{Garbage, WxError},
    login::WxLogin,
    refusal::{Refusal, Sent},
    session_key::SessionKey,
};

/// The longest id that is believed, in characters; genuine ones have 28.
const ID_LIMIT: usize = 128;

/// The fields that matter, unread: a strange `errmsg` must not hide the errcode beside it.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    errcode: Option<&'a RawValue>,
    #[serde(borrow)]
    errmsg: Option<&'a RawValue>,
    #[serde(borrow)]
    openid: Option<&'a RawValue>,
    #[serde(borrow)]
    unionid: Option<&'a RawValue>,
    #[serde(borrow)]
    session_key: Option<&'a RawValue>,
}

/// The login that the body tells of; `sent` is kept out of the error.
pub(crate) fn read(body: &[u8], sent: &Sent) -> Result<WxLogin, WxError> {
    let answer = Answer::parse(body)?;
    let errcode = answer.errcode()?;
    if errcode != 0 {
        return Err(errcode::error(Refusal::new(
            errcode,
            &answer.errmsg(),
            sent,
        )));
    }
    Ok(answer.login()?)
}

impl<'a> Answer<'a> {
    fn parse(body: &'a [u8]) -> Result<Self, Garbage> {
        let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
        // serde would take an array for the fields in order.
        if !body.trim_ascii_start().starts_with(b"{") {
            return Err(Garbage::NotJson);
        }
        serde_json::from_slice(body).map_err(|_| Garbage::NotJson)
    }

    /// The errcode; absent means success, as 0 does. Old pages print it as a string.
    fn errcode(&self) -> Result<i64, Garbage> {
        let Some(raw) = self.errcode else {
            return Ok(0);
        };
        let number = || whole(&value::<String>(raw)?);
        value(raw).or_else(number).ok_or(Garbage::BadErrcode)
    }

    fn errmsg(&self) -> String {
        self.errmsg.and_then(value).unwrap_or_default()
    }

    fn login(&self) -> Result<WxLogin, Garbage> {
        let openid = self.openid.ok_or(Garbage::MissingOpenid)?;
        let session_key = self.session_key.ok_or(Garbage::MissingSessionKey)?;
        Ok(WxLogin {
            openid: value::<String>(openid)
                .filter(|id| is_id(id))
                .ok_or(Garbage::BadOpenid)?,
            unionid: self.unionid()?,
            session_key: value(session_key)
                .and_then(SessionKey::parse)
                .ok_or(Garbage::BadSessionKey)?,
        })
    }

    /// The unionid; empty means none.
    fn unionid(&self) -> Result<Option<String>, Garbage> {
        let Some(raw) = self.unionid else {
            return Ok(None);
        };
        match value::<String>(raw) {
            Some(id) if id.is_empty() => Ok(None),
            Some(id) if is_id(&id) => Ok(Some(id)),
            _ => Err(Garbage::BadUnionid),
        }
    }
}

fn value<T: DeserializeOwned>(raw: &RawValue) -> Option<T> {
    serde_json::from_str(raw.get()).ok()
}

/// A number spelt as an optional minus and digits.
fn whole(text: &str) -> Option<i64> {
    if text.starts_with('+') {
        None
    } else {
        text.parse().ok()
    }
}

fn is_id(text: &str) -> bool {
    let is_id_byte = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    (1..=ID_LIMIT).contains(&text.len()) && text.bytes().all(is_id_byte)
}
