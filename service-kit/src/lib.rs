//! What every process here needs and no service should write twice.
//!
//! Admission rule: every process needs it, and it knows nothing of sessions or WeChat.
//!
//! * [`Clock`], [`Timestamp`]: time as a dependency.
//! * [`Process`], [`Host`], [`Lifecycle`]: starting, draining, the exit code.
//! * [`Listen`], [`GrpcBind`], [`connect`], [`http`]: where servers listen and how clients reach them.
//! * [`ServiceError`], [`RemoteError`]: one vocabulary of failures and its two spellings.
//! * [`Readiness`], [`admin`]: health, probes, metrics.
//! * [`config`], [`Source`], [`secret`], [`KeyRing`]: settings, secrets, keys.

pub mod admin;
mod clock;
pub mod config;
mod error;
mod health;
pub mod http;
mod keys;
mod lifecycle;
mod listen;
mod process;
pub mod secret;
mod source;
mod wire;

pub use self::{
    clock::{Clock, ManualClock, SystemClock, Timestamp},
    error::{
        RemoteError, ServiceError, causes, code_of, grpc_code, http_status, outward,
        reason_of_code, reason_of_status, to_status,
    },
    health::{Gate, Readiness},
    keys::{Key, KeyRing, KeyRingError},
    lifecycle::Lifecycle,
    listen::{Listen, ListenError},
    process::{Host, Process, run},
    source::Source,
    wire::{GrpcBind, GrpcChannel, GrpcServing, connect},
};
