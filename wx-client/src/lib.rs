//! Typed client of WeChat's server API.
//!
//! `client` asks, `http` carries, `answer` reads, `errcode` says what a refusal means.
//! Errors are named by meaning. No error, log line or span of this crate holds an `AppSecret`,
//! a login code, a `session_key` or a URL.

mod answer;
mod client;
mod errcode;
mod error;
mod http;
mod login;
mod refusal;
mod session_key;
mod settings;

pub use client::WxClient;
pub use error::{Cause, Garbage, Quota, WxError};
pub use login::{App, WxLogin};
pub use refusal::Refusal;
pub use session_key::SessionKey;
pub use settings::{BuildError, Settings};
