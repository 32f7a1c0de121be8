//! The fake as its callers see it: over real HTTP, on a port of its own, with a clock that stands still.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod access_tokens;
mod apps;
mod calls;
mod component;
mod control;
mod encrypt_key;
mod encrypted_msg;
mod exchange;
mod fault_paths;
mod faults;
mod form;
mod health;
mod keys;
mod open_data;
mod pages;
mod paid_unionid;
mod phone_number;
mod plan;
mod plugin;
mod program;
mod push;
mod quota;
mod rid;
mod server;
mod session_keys;
mod stable_token;
mod support;
