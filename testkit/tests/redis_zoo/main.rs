//! The Redis servers of the tests themselves: each comes up, changes its master, is gone afterwards.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
mod access;
mod alone;
mod cluster;
mod sentinel;

use std::{net::TcpStream, time::Duration};

/// No rule takes longer, on whatever machine.
const PATIENCE: Duration = Duration::from_mins(2);

async fn bounded(rule: impl Future<Output = ()>) {
    tokio::time::timeout(PATIENCE, rule)
        .await
        .expect("a rule is answered in time");
}

fn is_there(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}
