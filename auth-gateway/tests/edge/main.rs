//! The gateway's edge, asked over HTTP, with a scripted session-service behind real gRPC.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod bodies;
mod config;
mod documents;
mod hygiene;
mod limits;
mod operations;
mod refusals;
mod script;
mod sockets;
mod support;
mod verify;
