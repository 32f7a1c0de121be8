//! Masters that die, hang, or step down while they are used.
mod cluster;
mod sentinel;

use std::time::Duration;

use testkit::{Noticed, RedisServer, assert_in_time};

/// As in production.
const TIMEOUT: Duration = Duration::from_millis(500);
/// What a busy machine may add to a wait that is over.
const SLACK: Duration = Duration::from_millis(450);

/// Waits until each of so many users' records has a copy: a replica that has just joined keeps up only
/// from its first report on, and what dies before had no replica.
async fn until_copied(nodes: &[RedisServer], users: usize) {
    let mut kept = 0;
    while kept < 2 * users {
        kept = 0;
        for node in nodes {
            kept += node.ask::<usize>(&["DBSIZE"]).await.unwrap_or_default();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// What nobody may ever notice.
fn assert_honest(noticed: &[Noticed]) {
    for user in noticed {
        assert_eq!(user.contradictions, Vec::<String>::new());
        assert!(user.answers > 0, "{user:?}");
        let raw = ["moved", "ask", "tryagain", "crossslot", "mixed_answer"];
        let seen = user
            .failures
            .iter()
            .find(|seen| raw.contains(&seen.as_str()));
        assert_eq!(seen, None, "{user:?}");
    }
    for user in noticed {
        assert_in_time(user.longest_wait < TIMEOUT + SLACK, user);
    }
}

/// Nobody was refused anything.
fn assert_unbothered(noticed: &[Noticed]) {
    let unbothered = noticed.iter().all(|user| user.failures.is_empty());
    assert_in_time(unbothered, &noticed);
}

fn longest_outage(noticed: &[Noticed]) -> Duration {
    let outages = noticed.iter().map(|user| user.longest_outage);
    outages.max().unwrap_or_default()
}
