//! Users who use a session store all the time, and notice everything.
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use session_service::{
    domain::UserTag,
    store::{Expect, SessionStore, StoreError, StoreKey, Swap, Write},
};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Between two questions of one user.
const REST: Duration = Duration::from_millis(2);
/// After so many steps a record is known to every replica that keeps up.
const LONG_AGO: u64 = 20;
/// Longer than any test.
const LIFE: Duration = Duration::from_hours(1);

/// What one user noticed.
#[derive(Clone, Debug, Default)]
pub struct Noticed {
    /// Questions that were answered.
    pub answers: u32,
    /// Questions that were not, and what was said instead.
    pub failures: Vec<String>,
    /// The longest wait for an answer, or for hearing that there is none.
    pub longest_wait: Duration,
    /// The longest time without an answer.
    pub longest_outage: Duration,
    /// Acknowledged writes that were gone later: a failover may forget the last ones.
    pub lost_writes: u64,
    /// Answers that cannot be: a stranger's, or none where something had been for long.
    pub contradictions: Vec<String>,
}

/// Users at work, until they are dropped.
pub struct StoreLoad {
    stop: DropGuard,
    users: Vec<JoinHandle<Noticed>>,
}

impl StoreLoad {
    /// The key under which user `n` counts.
    #[must_use]
    pub fn key(n: u16) -> StoreKey {
        let mut tag = [0x5a; 8];
        tag[..2].copy_from_slice(&n.to_be_bytes());
        StoreKey::user(UserTag::from_bytes(tag))
    }

    /// Lets the users in `who` count in `store`: each reads its number and swaps in the next.
    pub fn start(store: &Arc<dyn SessionStore>, who: impl IntoIterator<Item = u16>) -> Self {
        let stop = CancellationToken::new();
        let at_work = |n| tokio::spawn(count(store.clone(), n, stop.clone()));
        let users = who.into_iter().map(at_work).collect();
        let stop = stop.drop_guard();
        Self { stop, users }
    }

    /// Ends it; answers what each user noticed.
    pub async fn finish(self) -> Vec<Noticed> {
        drop(self.stop);
        let noticed = futures::future::join_all(self.users).await;
        noticed.into_iter().map(Result::unwrap).collect()
    }
}

async fn count(store: Arc<dyn SessionStore>, n: u16, stop: CancellationToken) -> Noticed {
    let mut user = User {
        store,
        n,
        known: None,
        answered_at: Instant::now(),
        noticed: Noticed::default(),
    };
    while !stop.is_cancelled() {
        user.take_a_step().await;
        tokio::time::sleep(REST).await;
    }
    user.noticed
}

struct User {
    store: Arc<dyn SessionStore>,
    n: u16,
    /// The last number that was acknowledged, and the last that was tried; none before the first look.
    known: Option<(u64, u64)>,
    answered_at: Instant,
    noticed: Noticed,
}

impl User {
    async fn take_a_step(&mut self) {
        let asked = Instant::now();
        let read = self.store.get(&[StoreLoad::key(self.n)]).await;
        let Some(found) = self.heard(asked, read) else {
            return;
        };
        let found = found.into_iter().next().flatten();
        let number = self.number(found.as_deref());
        let expect = found.map_or(Expect::Absent, Expect::Bytes);
        let next = number + 1;
        self.known = Some((number, next));
        let bytes = [self.n.to_be_bytes().as_slice(), &next.to_be_bytes()].concat();
        let swap = Swap {
            key: StoreLoad::key(self.n),
            expect,
            write: Write::Put(bytes, LIFE),
        };
        let asked = Instant::now();
        let swapped = self.store.swap(&[swap]).await;
        if self.heard(asked, swapped) == Some(true) {
            self.known = Some((next, next));
        }
    }

    /// The number that was read, which is the last one acknowledged, or one whose fate was open.
    fn number(&mut self, found: Option<&[u8]>) -> u64 {
        let number = match found.map(<[u8]>::split_first_chunk::<2>) {
            None => 0,
            Some(Some((n, number))) if *n == self.n.to_be_bytes() => {
                u64::from_be_bytes(number.try_into().unwrap())
            }
            Some(_) => {
                self.noticed
                    .contradictions
                    .push("a stranger's number".to_owned());
                0
            }
        };
        let (was, tried) = self.known.unwrap_or((number, number));
        if number > tried || (number == 0 && was > LONG_AGO) {
            let impossible = format!("{number} after {was}");
            self.noticed.contradictions.push(impossible);
        }
        self.noticed.lost_writes += was.saturating_sub(number);
        number
    }

    fn heard<T>(&mut self, asked: Instant, answer: Result<T, StoreError>) -> Option<T> {
        let noticed = &mut self.noticed;
        noticed.longest_wait = noticed.longest_wait.max(asked.elapsed());
        match answer {
            Ok(answer) => {
                noticed.answers += 1;
                noticed.longest_outage = noticed.longest_outage.max(self.answered_at.elapsed());
                self.answered_at = Instant::now();
                Some(answer)
            }
            Err(error) => {
                noticed.failures.push(error.reason());
                None
            }
        }
    }
}
