//! True answers in an unusual dress: forms that WeChat has used or may use.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::{self, Body, Bytes},
    http::HeaderValue,
    response::Response,
};
use futures::{StreamExt as _, stream};
use serde::Deserialize;

use crate::{api::answer, wire::Wire};

/// How a true answer is changed.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Twist {
    /// A refusal's errcode is a text.
    StringErrcode,
    /// A success says `errcode` 0 besides.
    ErrcodeZero,
    /// The content type is `application/json`.
    JsonContentType,
    /// There are members that nobody knows.
    UnknownFields,
    /// A byte order mark comes first.
    Bom,
    /// One byte each second.
    Drip,
}

/// True answers are short; a longer one would be a mistake of ours.
const LONGEST: usize = 64 * 1024;

impl Twist {
    pub(super) async fn apply(self, response: Response, wire: Wire) -> Response {
        let bytes = body::to_bytes(response.into_body(), LONGEST).await;
        let bytes = bytes.expect("an answer of ours is short and complete");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        match self {
            Self::StringErrcode => answer::plain(quote_errcode(&text)),
            Self::ErrcodeZero => answer::plain(add_members(&text, r#""errcode":0,"errmsg":"ok""#)),
            Self::UnknownFields => answer::plain(add_members(
                &text,
                r#""expires_in":7200,"novel":{"of":[1]}"#,
            )),
            Self::Bom => answer::plain(format!("\u{feff}{text}")),
            Self::JsonContentType => {
                answer::typed(text, HeaderValue::from_static("application/json"))
            }
            Self::Drip => answer::plain(drip(bytes, wire)),
        }
    }
}

/// `{"errcode":40029,` becomes `{"errcode":"40029",`; a success stays as it is.
fn quote_errcode(text: &str) -> String {
    let parts = text
        .strip_prefix(r#"{"errcode":"#)
        .and_then(|rest| rest.split_once(','));
    parts.map_or_else(
        || text.to_owned(),
        |(code, rest)| format!(r#"{{"errcode":"{code}",{rest}"#),
    )
}

fn add_members(object: &str, members: &str) -> String {
    let open = object.strip_suffix('}').unwrap_or(object);
    format!("{open},{members}}}")
}

fn drip(bytes: Bytes, wire: Wire) -> Body {
    let drops = stream::iter(bytes).then(move |byte| {
        let wire = wire.clone();
        async move {
            wire.pause(Duration::from_secs(1)).await;
            Ok::<_, Infallible>(Bytes::from(vec![byte]))
        }
    });
    Body::from_stream(drops)
}
