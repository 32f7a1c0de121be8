//! True answers in an unusual dress: forms that WeChat has used or may use.

mod text;

use std::{convert::Infallible, io, time::Duration};

use axum::{
    body::{self, Body, Bytes},
    http::{HeaderValue, header::CONTENT_LENGTH},
    response::Response,
};
use futures::{StreamExt as _, future, stream};
use serde::{Deserialize, Serialize};
use tokio::task;

use crate::{api::answer, wire::Wire};

/// How a true answer is changed.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Twist {
    /// The errcode is a text.
    StringErrcode,
    /// A success says `errcode` 0 besides.
    ErrcodeZero,
    /// A refusal ends as it did until 2020: with a hint, and no rid.
    HintNoRid,
    /// A refusal ends as it did about 2022: with a hint and a rid.
    HintAndRid,
    /// The content type is `application/json`.
    JsonContentType,
    /// There are members that nobody knows.
    UnknownFields,
    /// A byte order mark comes first.
    Bom,
    /// One byte each second.
    Drip,
    /// Half of it, and then the connection is closed.
    CutShort,
    /// Half of it, and then nothing until the server stops.
    Stall,
}

/// True answers are short; a longer one would be a mistake of ours.
const LONGEST: usize = 64 * 1024;

impl Twist {
    pub(super) async fn apply(self, response: Response, wire: Wire) -> Response {
        let bytes = body::to_bytes(response.into_body(), LONGEST).await;
        let bytes = bytes.expect("an answer of ours is short and complete");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        match self {
            Self::StringErrcode => answer::plain(text::quote_errcode(&text)),
            Self::ErrcodeZero => answer::plain(text::add_errcode(&text)),
            Self::HintNoRid => answer::plain(text::hint_for_rid(&text)),
            Self::HintAndRid => answer::plain(text::hint_before_rid(&text)),
            Self::UnknownFields => answer::plain(text::add_unknown(&text)),
            Self::Bom => answer::plain(format!("\u{feff}{text}")),
            Self::JsonContentType => {
                answer::typed(text, HeaderValue::from_static("application/json"))
            }
            Self::Drip => answer::plain(drip(bytes, wire)),
            Self::CutShort => half(&bytes, task::yield_now()), // what is written meanwhile gets out
            Self::Stall => half(&bytes, async move { wire.stopped().await }),
        }
    }
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

/// The first half of an answer that is announced whole; it breaks off when `end` has come.
fn half(bytes: &Bytes, end: impl Future<Output = ()> + Send + 'static) -> Response {
    let first = bytes.slice(..bytes.len() / 2);
    let parts = stream::once(future::ready(Ok(first))).chain(stream::once(async {
        end.await;
        Err(io::Error::from(io::ErrorKind::UnexpectedEof))
    }));
    let mut response = answer::plain(Body::from_stream(parts));
    response
        .headers_mut()
        .insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    response
}
