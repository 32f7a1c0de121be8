//! SES-10, as often as asked for: replies of Redis that belong to another asker.
use std::{collections::HashSet, time::Duration};

use futures::{StreamExt, stream};
use testkit::{ChaosProxy, Counted, Crowd, Faults, Stage, Trick, What};
use tokio::time::timeout;

/// Users who ask.
const USERS: usize = 16;
/// Who ask at the same time.
const AT_ONCE: usize = 32;

/// What came of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Answers that were about who asked.
    pub(crate) right: usize,
    /// Answers that we could not tell.
    pub(crate) unavailable: usize,
    /// Callers who hung up.
    pub(crate) hung_up: usize,
    /// Requests to Redis on behalf of callers who hung up.
    pub(crate) abandoned: usize,
    /// Replies that were not the right ones.
    pub(crate) tricks: u64,
}

impl Tally {
    fn of(heard: &[Option<bool>], before: Counted, after: Counted) -> Self {
        let count = |wanted| heard.iter().filter(|heard| **heard == wanted).count();
        let (right, unavailable) = (count(Some(true)), count(Some(false)));
        let requests = usize::try_from(after.requests - before.requests).unwrap_or(usize::MAX);
        Self {
            right,
            unavailable,
            hung_up: count(None),
            // Each question is one request.
            abandoned: requests.saturating_sub(right + unavailable),
            tricks: after.tricks,
        }
    }
}

/// Asks so often while every fifth record that Redis gives is another's.
pub(crate) async fn among_strangers(what: What, asks: usize) -> Tally {
    let (stage, proxy) = Stage::on_bad_network(|_| {}).await;
    let crowd = Crowd::gather(&stage, USERS).await;
    let before = proxy.counted();
    proxy.set(Faults::trick(every(what, 5))).await;
    let asked = stream::iter(0..asks).map(|n| crowd.ask(n));
    let heard: Vec<_> = asked
        .map(|heard| async { Some(heard.await) })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let tally = Tally::of(&heard, before, proxy.counted());
    all_well_soon(&proxy, &crowd).await;
    stage.end().await;
    tally
}

/// Asks so often, and hangs up on each second question somewhere in the middle.
pub(crate) async fn amid_cancellations(what: Option<What>, asks: usize) -> Tally {
    let (stage, proxy) = Stage::on_bad_network(|_| {}).await;
    let crowd = Crowd::gather(&stage, USERS).await;
    let before = proxy.counted();
    let mut faults = Faults::jittery(Duration::ZERO, Duration::from_millis(4));
    faults.trick = what.map(|what| every(what, 5));
    proxy.set(faults).await;
    let asked = stream::iter(0..asks).map(|n| hastily(&crowd, n));
    let heard: Vec<_> = asked.buffered(AT_ONCE).collect().await;
    let tally = Tally::of(&heard, before, proxy.counted());
    all_well_soon(&proxy, &crowd).await;
    stage.end().await;
    tally
}

/// Nothing where the caller hung up.
async fn hastily(crowd: &Crowd, n: usize) -> Option<bool> {
    if n.is_multiple_of(2) {
        return Some(crowd.ask(n / 2).await);
    }
    let patience = Duration::from_micros(u64::try_from(n * 7919 % 8000).ok()?);
    timeout(patience, crowd.ask(n / 2)).await.ok()
}

fn every(what: What, every: u64) -> Trick {
    Trick {
        what,
        command: "GET",
        every,
    }
}

/// Once the network is well everybody is told of themselves.
async fn all_well_soon(proxy: &ChaosProxy, crowd: &Crowd) {
    proxy.heal().await;
    let mut waiting: HashSet<_> = (0..crowd.size()).collect();
    while !waiting.is_empty() {
        for n in waiting.clone() {
            if crowd.ask(n).await {
                waiting.remove(&n);
            }
        }
    }
}
