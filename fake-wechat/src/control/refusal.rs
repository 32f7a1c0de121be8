//! Why the control API does not do what it was asked.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{
    faults::FaultError, push::MalformedAesKey, session_key::MalformedKey,
    state::users::TooManyUsers,
};

/// Answered as `{"error": <what is wrong>}`.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("the control API has no such call")]
    NoSuchCall,
    #[error("the control API has this path, but not with this method")]
    WrongMethod,
    #[error("there is no user {0}: PUT /_fake/users/{0} or POST /_fake/login-code makes one")]
    NoSuchUser(String),
    #[error("there is no app {0}: this fake was started with others")]
    NoSuchApp(String),
    #[error("the body cannot be read: {0}")]
    Body(String),
    #[error("{0} is not 1 to 64 characters of A-Z, a-z, 0-9, _ and -")]
    Identifier(&'static str),
    #[error("phone is not 4 to 20 digits")]
    Phone,
    #[error("country_code is not 1 to 4 digits")]
    CountryCode,
    #[error(transparent)]
    Key(#[from] MalformedKey),
    #[error(transparent)]
    AesKey(#[from] MalformedAesKey),
    #[error("fault {position}: {source}")]
    Fault { position: usize, source: FaultError },
    #[error(transparent)]
    Full(#[from] TooManyUsers),
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoSuchCall | Self::NoSuchUser(_) => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Full(_) => StatusCode::INSUFFICIENT_STORAGE,
            Self::NoSuchApp(_)
            | Self::Body(_)
            | Self::Identifier(_)
            | Self::Phone
            | Self::CountryCode
            | Self::Key(_)
            | Self::AesKey(_)
            | Self::Fault { .. } => StatusCode::BAD_REQUEST,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status(), Json(json!({ "error": self.to_string() }))).into_response()
    }
}
