//! DEP-06 and DEP-08: masters that die or step down, shards that die, slots that move, again and again
//! while users are at work.
mod cluster;
mod sentinel;

use std::{sync::Arc, time::Duration};

use session_service::{
    config::RedisConfig,
    store::{RedisStore, SessionStore},
};
use testkit::{Noticed, RedisServer};

/// Users at work.
const USERS: u16 = 24;

fn store(config: &RedisConfig) -> Arc<dyn SessionStore> {
    Arc::new(RedisStore::new(&config.settings().expect("settings")).expect("a store"))
}

/// Waits until each user's record has a copy.
async fn until_copied(nodes: &[RedisServer]) {
    let mut kept = 0;
    while kept < 2 * usize::from(USERS) {
        kept = 0;
        for node in nodes {
            kept += node.ask::<usize>(&["DBSIZE"]).await.unwrap_or_default();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What many users noticed in many rounds, put together.
#[derive(Default)]
struct Tally {
    rounds: u32,
    answers: u64,
    failures: usize,
    lost_writes: u64,
    longest_wait: Duration,
    longest_outage: Duration,
}

impl Tally {
    /// Adds a round; nobody may have heard what cannot be, or waited for more than a second.
    fn add(&mut self, noticed: &[Noticed]) {
        self.rounds += 1;
        for user in noticed {
            assert_eq!(user.contradictions, Vec::<String>::new());
            self.answers += u64::from(user.answers);
            self.failures += user.failures.len();
            self.lost_writes += user.lost_writes;
            self.longest_wait = self.longest_wait.max(user.longest_wait);
            self.longest_outage = self.longest_outage.max(user.longest_outage);
        }
        assert!(
            self.longest_wait < Duration::from_secs(1),
            "{:?}",
            self.longest_wait
        );
    }

    fn figure(&self) -> String {
        format!(
            "{} answers, none that cannot be; longest wait {} ms, longest outage {} ms; {} refused meanwhile, {} acknowledged writes lost",
            self.answers,
            self.longest_wait.as_millis(),
            self.longest_outage.as_millis(),
            self.failures,
            self.lost_writes
        )
    }
}
