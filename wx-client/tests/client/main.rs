//! The client against small servers that play WeChat, well or badly.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod ask;
mod breaker;
mod corpus;
mod encrypt_key;
mod encrypted_msg;
mod environment;
mod errcodes;
mod errmsg;
mod garbage;
mod login;
mod network;
mod operators;
mod phone;
mod proxy;
mod query;
mod raw;
mod redirects;
mod retry;
mod secrecy;
mod session_key;
mod stub;
mod throttle;
mod time;
mod token;
mod trace;
mod wire;
