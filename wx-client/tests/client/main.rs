//! The client against small servers that play WeChat, well or badly.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod ask;
mod encrypted_msg;
mod environment;
mod errcodes;
mod errmsg;
mod garbage;
mod login;
mod network;
mod phone;
mod query;
mod raw;
mod redirects;
mod secrecy;
mod session_key;
mod stub;
mod token;
mod trace;
mod wire;
