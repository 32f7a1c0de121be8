//! Typed client of WeChat's server API.
//!
//! `calls` says what is asked and what is answered, `client` carries it out: `request` is written,
//! `http` carries it, `answer` reads, `errcode` says what a refusal means.
//! Errors are named by meaning. No error, log line or span of this crate holds an `AppSecret`,
//! an `access_token`, a code, a `session_key`, an openid, a phone number or a URL.

mod access_token;
mod answer;
mod api;
mod calls;
mod client;
mod errcode;
mod error;
mod field;
mod garbage;
mod http;
mod login;
mod refusal;
mod remedy;
mod request;
mod sent;
mod session_key;
mod settings;
mod signature;

pub use access_token::{AccessToken, GrantedToken, Renewal};
pub use api::Api;
pub use calls::{MsgHash, PhoneNumber, Watermark};
pub use client::WxClient;
pub use error::{Cause, WxError};
pub use garbage::Garbage;
pub use login::{App, WxLogin};
pub use refusal::Refusal;
pub use remedy::{Quota, Remedy};
pub use session_key::SessionKey;
pub use settings::{BuildError, Settings};
pub use signature::Signature;
