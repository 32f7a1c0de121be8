//! Keeps who is logged in.
//!
//! `domain` decides, `store` remembers, `service` puts the two together (and asks crypto-service
//! through `ports`), `grpc` speaks to the outside, `config` builds it all. Each knows only those
//! named before it.

mod clients;
pub mod config;
pub mod domain;
mod error;
mod grpc;
pub mod ports;
pub mod service;
pub mod store;

pub use self::{config::Config, error::SessionError};
