//! The service as its one caller sees it, over gRPC.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod config;
mod harness;
mod open_data;
mod raw_data;
mod rotation;
mod sealing;
mod signing;
mod uniform;
mod vectors;
