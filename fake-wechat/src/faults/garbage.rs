//! Bodies that are no answer.

use axum::{
    body::{Body, Bytes},
    http::HeaderValue,
    response::Response,
};
use serde::{Deserialize, Serialize};

use super::sample;
use crate::api::answer;

/// A body in the place of an answer.
#[derive(Clone)]
pub(super) enum Garbage {
    Named(Named),
    /// Whatever the planner wrote.
    Own(String),
}

/// The usual garbage.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Named {
    /// A proxy's error page.
    Html,
    /// Nothing at all.
    Empty,
    /// A success that breaks off.
    Truncated,
    /// A success with ten mebibytes of blanks in it: valid JSON.
    Huge,
    /// A form instead of JSON.
    NotJson,
    /// Bytes that are no UTF-8.
    NotUtf8,
    /// A success whose members are of other types.
    WrongTypes,
    /// A success without what was asked for.
    NoPayload,
    /// A login whose key is five bytes long.
    ShortKey,
    /// A login without a key.
    NoKey,
    /// A login without an openid.
    NoOpenid,
}

const HTML: &[u8] = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";
const BLANKS: usize = 10 * 1024 * 1024;

impl Garbage {
    /// In the place of an answer of `path`.
    pub(super) fn response(self, path: &str) -> Response {
        match self {
            Self::Named(Named::Html) => answer::typed(HTML, HeaderValue::from_static("text/html")),
            Self::Named(named) => answer::plain(Body::from(named.bytes(path))),
            Self::Own(body) => answer::plain(body),
        }
    }
}

impl Named {
    fn bytes(self, path: &str) -> Bytes {
        Bytes::from_static(match self {
            Self::Truncated => return truncated(sample::of(path)),
            Self::Huge => return huge(sample::of(path)),
            Self::WrongTypes => return sample::of_wrong_types(path).into(),
            Self::NoPayload => return sample::without_payload(path).into(),
            Self::Html => HTML,
            Self::Empty => b"",
            Self::NotJson => {
                b"session_key=AAAAAAAAAAAAAAAAAAAAAA%3D%3D&openid=oAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            }
            Self::NotUtf8 => b"{\"session_key\":\"\xff\xfe\",\"openid\":\"\xc3\"}",
            Self::ShortKey => {
                br#"{"session_key":"c2hvcnQ=","openid":"oAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#
            }
            Self::NoKey => br#"{"openid":"oAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
            Self::NoOpenid => br#"{"session_key":"AAAAAAAAAAAAAAAAAAAAAA=="}"#,
        })
    }
}

fn truncated(success: &'static str) -> Bytes {
    Bytes::from_static(&success.as_bytes()[..success.len() * 3 / 4])
}

fn huge(success: &str) -> Bytes {
    let blanks = " ".repeat(BLANKS);
    Bytes::from(success.replacen(',', &format!(",{blanks}"), 1))
}
