//! The caller's token.
use axum::extract::FromRequestParts;
use http::{HeaderMap, header::AUTHORIZATION, request::Parts};

use crate::{error::GatewayError, ports::SessionToken};

/// No token of ours is nearly as long.
const MAX_BYTES: usize = 256;

/// What `Authorization: Bearer` carries. There is no other way to present a token.
pub(super) struct Bearer(pub(super) SessionToken);

impl<S: Sync> FromRequestParts<S> for Bearer {
    type Rejection = GatewayError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, GatewayError> {
        let token = token(&parts.headers).ok_or(GatewayError::NotAToken)?;
        Ok(Self(SessionToken::new(token)))
    }
}

/// One header, one scheme, one word: anything else is as good as no token.
fn token(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (all.next(), all.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim_matches(' ');
    let whole = !token.is_empty() && token.len() <= MAX_BYTES;
    let plain = token
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b',');
    (scheme.eq_ignore_ascii_case("bearer") && whole && plain).then_some(token)
}
