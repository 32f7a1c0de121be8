//! Bodies that are no answer.

use axum::{
    body::{Body, Bytes},
    http::HeaderValue,
    response::Response,
};
use serde::Deserialize;

use crate::api::answer;

/// A body in the place of an answer.
#[derive(Clone)]
pub(super) enum Garbage {
    Named(Named),
    /// Whatever the planner wrote.
    Own(String),
}

/// The usual garbage.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Named {
    /// A proxy's error page.
    Html,
    /// Nothing at all.
    Empty,
    /// A success that breaks off in the middle of a text.
    Truncated,
    /// A success with ten mebibytes of blanks in it: valid JSON.
    Huge,
    /// A form instead of JSON.
    NotJson,
    /// Bytes that are no UTF-8.
    NotUtf8,
    /// A success whose members are of other types.
    WrongTypes,
    /// A success whose key is five bytes long.
    ShortKey,
    /// A success without a key.
    NoKey,
    /// A success without an openid.
    NoOpenid,
}

const HTML: &[u8] = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";
const BLANKS: usize = 10 * 1024 * 1024;

impl Garbage {
    pub(super) fn response(self) -> Response {
        match self {
            Self::Named(Named::Html) => answer::typed(HTML, HeaderValue::from_static("text/html")),
            Self::Named(named) => answer::plain(Body::from(named.bytes())),
            Self::Own(body) => answer::plain(body),
        }
    }
}

impl Named {
    fn bytes(self) -> Bytes {
        Bytes::from_static(match self {
            Self::Huge => return huge(),
            Self::Html => HTML,
            Self::Empty => b"",
            Self::Truncated => br#"{"session_key":"AAAAAAAAAAAAAAAAAAAAAA==","openid":"oAAAA"#,
            Self::NotJson => {
                b"session_key=AAAAAAAAAAAAAAAAAAAAAA%3D%3D&openid=oAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            }
            Self::NotUtf8 => b"{\"session_key\":\"\xff\xfe\",\"openid\":\"\xc3\"}",
            Self::WrongTypes => br#"{"session_key":["AAAAAAAAAAAAAAAAAAAAAA=="],"openid":28}"#,
            Self::ShortKey => {
                br#"{"session_key":"c2hvcnQ=","openid":"oAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#
            }
            Self::NoKey => br#"{"openid":"oAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
            Self::NoOpenid => br#"{"session_key":"AAAAAAAAAAAAAAAAAAAAAA=="}"#,
        })
    }
}

fn huge() -> Bytes {
    let blanks = " ".repeat(BLANKS);
    let body = format!(
        r#"{{"session_key":"AAAAAAAAAAAAAAAAAAAAAA==",{blanks}"openid":"oAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}"#
    );
    Bytes::from(body)
}
