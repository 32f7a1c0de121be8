//! Typed client of WeChat's server API.
//!
//! `calls` says what is asked and what is answered, `client` carries it out: a `request` is written,
//! the `gate` lets it pass, `http` carries it, `answer` reads, `errcode` says what a refusal means,
//! `retry` whether to ask again.
//! Errors are named by meaning. No error, log line or span of this crate holds an `AppSecret`,
//! an `access_token`, a code, a `session_key`, an openid, a phone number or a URL.

mod access_token;
mod answer;
mod api;
mod breaker;
mod calls;
mod client;
mod clock;
mod errcode;
mod error;
mod field;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod garbage;
mod gate;
mod http;
mod limiter;
mod login;
mod proxy;
mod refusal;
mod remedy;
mod request;
mod retry;
mod sent;
mod session_key;
mod settings;
mod signature;

pub use access_token::{AccessToken, GrantedToken, Renewal};
pub use api::Api;
pub use calls::{EncryptKey, MsgHash, PastCall, Payment, PhoneNumber, Watermark};
pub use client::WxClient;
pub use error::{Cause, WxError};
pub use garbage::Garbage;
pub use login::{App, WxLogin};
pub use proxy::{Proxy, UnfitProxy};
pub use refusal::Refusal;
pub use remedy::{Quota, Remedy};
pub use session_key::SessionKey;
pub use settings::{BuildError, Settings};
pub use signature::Signature;
