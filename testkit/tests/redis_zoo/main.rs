//! The Redis servers of the tests themselves: each comes up, changes its master, is gone afterwards.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
mod access;
mod alone;
mod cluster;
mod sentinel;

use std::{net::TcpStream, time::Duration};

use deadpool_redis::redis;
use testkit::RedisServer;

/// No rule takes longer, on whatever machine.
const PATIENCE: Duration = Duration::from_mins(2);

async fn bounded(rule: impl Future<Output = ()>) {
    tokio::time::timeout(PATIENCE, rule)
        .await
        .expect("a rule is answered in time");
}

/// Writes a word, and waits until a replica has it, too. On one connection: `WAIT` is about the writes of its
/// own, and on one that wrote nothing it is answered at once.
async fn keep(master: &RedisServer, key: &str) {
    let mut connection = master.connect().await.unwrap();
    let (mut set, mut wait) = (redis::cmd("SET"), redis::cmd("WAIT"));
    let () = set
        .arg(key)
        .arg("kept")
        .query_async(&mut connection)
        .await
        .unwrap();
    let had: u32 = wait
        .arg(1)
        .arg(4000)
        .query_async(&mut connection)
        .await
        .unwrap();
    assert_eq!(had, 1, "no replica has it");
}

fn is_there(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}
