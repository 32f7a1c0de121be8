//! A call of WeChat's paths, as the handlers see it.

use std::net::IpAddr;

use axum::{
    body::{self, Bytes},
    extract::Request,
    http::Method,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::query::Query;
use crate::{errcode::Errcode, wire::Wire};

/// A body longer than this counts as none.
const LONGEST: usize = 1024 * 1024;

/// All of a request that WeChat judges by.
pub(crate) struct ApiRequest {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Query,
    /// Names alone.
    pub(super) headers: Vec<String>,
    pub(super) body: Bytes,
    /// Where the call comes from.
    pub(super) from: IpAddr,
    /// The body, if it is a JSON object.
    object: Option<Map<String, Value>>,
}

impl ApiRequest {
    /// Reads a request to its end.
    pub(super) async fn read(request: Request, wire: &Wire) -> Self {
        let (head, body) = request.into_parts();
        let body = body::to_bytes(body, LONGEST).await.unwrap_or_default();
        Self {
            query: Query::of(&head.uri),
            path: head.uri.path().to_owned(),
            method: head.method,
            headers: head.headers.keys().map(ToString::to_string).collect(),
            object: serde_json::from_slice(&body).ok(),
            from: wire.peer(),
            body,
        }
    }

    pub(super) fn must_be_get(&self) -> Result<(), Errcode> {
        self.must_be(&Method::GET, Errcode::REQUIRE_GET)
    }

    pub(super) fn must_be_post(&self) -> Result<(), Errcode> {
        self.must_be(&Method::POST, Errcode::REQUIRE_POST)
    }

    fn must_be(&self, method: &Method, otherwise: Errcode) -> Result<(), Errcode> {
        (self.method == *method).then_some(()).ok_or(otherwise)
    }

    /// The body as JSON. A form is none, and neither is an object in which a member has another type.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Errcode> {
        if self.body.is_empty() {
            return Err(Errcode::EMPTY_POST_DATA);
        }
        serde_json::from_slice(&self.body).map_err(|_| Errcode::DATA_FORMAT)
    }

    /// A text in the body, if there is such a member.
    pub(super) fn member(&self, name: &str) -> Option<&str> {
        self.object.as_ref()?.get(name)?.as_str()
    }

    /// The names of the body's members.
    pub(super) fn members(&self) -> impl Iterator<Item = &str> {
        self.object.iter().flat_map(Map::keys).map(String::as_str)
    }
}
