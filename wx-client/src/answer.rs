//! Reads WeChat's answers: JSON whatever the header says, lenient in form, strict in content.

use serde::Deserialize;

use crate::{
    errcode,
    error::WxError,
    field::{Raw, needed, value, whole},
    garbage::Garbage,
    refusal::Refusal,
    request::Request,
};

/// What every answer may hold, unread: a strange `errmsg` must not hide the errcode beside it.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    errcode: Raw<'a>,
    #[serde(borrow)]
    errmsg: Raw<'a>,
}

/// The payload of a successful answer. Its `read` gets the JSON object.
pub(crate) trait Payload: Sized {
    /// Reads the fields that the call promises.
    fn read(request: &Request, body: &[u8]) -> Result<Self, Garbage>;

    /// What an errcode that is no error, but a plain "no", amounts to.
    fn negative(_errcode: i64) -> Option<Self> {
        None
    }
}

/// What the body tells; what was sent is kept out of the error.
pub(crate) fn read<P: Payload>(request: &Request, body: &[u8]) -> Result<P, WxError> {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    let envelope: Envelope<'_> = object(body)?;
    let errcode = envelope.errcode()?;
    if errcode == 0 {
        return Ok(P::read(request, body)?);
    }
    P::negative(errcode).ok_or_else(|| {
        let refusal = Refusal::new(errcode, &envelope.errmsg(), &request.sent);
        errcode::error(request.api, refusal)
    })
}

/// The fields of one JSON object; none of them may stand twice.
pub(crate) fn object<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Garbage> {
    // serde would take an array for the fields in order.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(Garbage::NotJson);
    }
    serde_json::from_slice(body).map_err(|_| Garbage::NotJson)
}

/// The success of a call that promises nothing else. An empty object does not say "yes": here it
/// takes an errcode of 0.
pub(crate) fn confirmed(body: &[u8]) -> Result<(), Garbage> {
    let envelope: Envelope<'_> = object(body)?;
    needed("errcode", envelope.errcode).map(drop)
}

impl Envelope<'_> {
    /// The errcode; absent means success, as 0 does. Old pages print it as a string.
    fn errcode(&self) -> Result<i64, Garbage> {
        let Some(raw) = self.errcode else {
            return Ok(0);
        };
        whole(raw).ok_or(Garbage::BadErrcode)
    }

    fn errmsg(&self) -> String {
        self.errmsg.and_then(value).unwrap_or_default()
    }
}
