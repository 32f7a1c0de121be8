//! The client against small servers that play WeChat, well or badly.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod environment;
mod errcodes;
mod errmsg;
mod garbage;
mod login;
mod network;
mod query;
mod redirects;
mod secrecy;
mod stub;
mod trace;
