//! The network that fails as a test tells it: each fault does what it says.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
mod bytes;
mod redis;

use std::time::Duration;

/// No rule takes longer, on whatever machine.
const PATIENCE: Duration = Duration::from_secs(30);

async fn bounded(rule: impl Future<Output = ()>) {
    tokio::time::timeout(PATIENCE, rule)
        .await
        .expect("a rule is answered in time");
}
