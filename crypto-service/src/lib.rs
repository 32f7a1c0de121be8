//! Seals `session_key`s and opens what WeChat encrypted under them.
//!
//! It alone holds the master keys, keeps no store and calls nobody. `domain` decides, `service`
//! puts the rules together with clock, randomness and counters, `grpc` speaks to the outside,
//! `server` and `config` start it. Each knows only those named before it.

mod config;
mod counters;
pub mod domain;
mod error;
mod grpc;
mod keys;
mod server;
mod service;

pub use self::{
    config::{Config, Crypto, CryptoService},
    server::Sockets,
};
