//! The one command: all services in one process, on a laptop or in a test.
//!
//! [`System`] is the whole product, started from one [`Plan`]; `dev` puts it on the usual ports,
//! `demo` walks one user through it, and the tests of the workspace drive it on free ports. Between
//! the services there is real gRPC over loopback.

pub mod cli;
mod demo;
mod dev;
mod folder;
pub mod keygen;
mod playground;
mod sessions;
mod system;

pub use self::system::{Addresses, Ledger, Plan, Running, RunningFake, System};
