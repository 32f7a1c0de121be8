//! The fake as its callers see it: over real HTTP, on a port of its own, with a clock that stands still.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod access_tokens;
mod apps;
mod calls;
mod control;
mod exchange;
mod faults;
mod form;
mod health;
mod keys;
mod open_data;
mod phone_number;
mod plan;
mod server;
mod session_keys;
mod stable_token;
mod support;
