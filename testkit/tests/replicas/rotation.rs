//! Token keys are replaced one replica at a time, under load, and nobody notices.
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::future::join_all;
use service_kit::KeyRing;
use testkit::{Phone, Replica, Stage, counted};
use tokio::sync::RwLock;

/// A client's clock runs this much faster than the test's.
const TICK: Duration = Duration::from_secs(1);
const TICK_TAKES: Duration = Duration::from_millis(10);
const MINUTE: Duration = Duration::from_mins(1);

/// Two replicas behind what clients take for one address.
struct Pair {
    replicas: [Option<Replica>; 2],
    phones: Arc<RwLock<[Phone; 2]>>,
}

/// Key `number`, as a line of a ring.
fn key(number: u8) -> String {
    let text = KeyRing::generate().expect("randomness").to_text();
    let (_, key) = text.split_once(' ').expect("number and key");
    format!("{number} {key}")
}

async fn replica(stage: &Stage, ring: &str) -> Replica {
    Replica::of(stage, stage.clock.clone(), |config| {
        config.keys.token_keys = Some(ring.into());
        config.keys.token_keys_file = None;
    })
    .await
}

impl Pair {
    async fn start(stage: &Stage, ring: &str) -> Self {
        let pair = [replica(stage, ring).await, replica(stage, ring).await];
        let phones = Arc::new(RwLock::new([pair[0].phone.clone(), pair[1].phone.clone()]));
        Self {
            replicas: pair.map(Some),
            phones,
        }
    }

    /// Puts a replica with another ring in the place of one: the old one ends when the new one serves.
    async fn replace(&mut self, which: usize, stage: &Stage, ring: &str) {
        let new = replica(stage, ring).await;
        // Nobody is in the middle of anything at the old one then.
        self.phones.write().await[which] = new.phone.clone();
        if let Some(old) = self.replicas[which].replace(new) {
            assert_eq!(counted(&old.session, "wxgate_token_reuse_total"), 0);
            old.end().await;
        }
    }

    async fn end(self) {
        for replica in self.replicas.iter().flatten() {
            assert_eq!(counted(&replica.session, "wxgate_token_reuse_total"), 0);
            replica.end().await;
        }
    }
}

/// Refreshes and verifies on both replicas until told to stop; answers the token held then.
async fn client(
    mut token: String,
    phones: Arc<RwLock<[Phone; 2]>>,
    stop: Arc<AtomicBool>,
    rounds: Arc<AtomicU64>,
) -> String {
    while !stop.load(Ordering::Relaxed) {
        let phones = phones.read().await;
        let [one, other] = &*phones;
        let (a, b) = tokio::join!(one.refresh(&token), other.refresh(&token));
        let (a, b) = (a.expect(200).token(), b.expect(200).token());
        // The grace may end between the two: then one gives the token again, the other its successor.
        assert!(a == b || a == token || b == token, "one successor");
        token = if a == token { b } else { a };
        one.verify(&token).await.expect(200);
        other.verify(&token).await.expect(200);
        rounds.fetch_add(1, Ordering::Relaxed);
    }
    token
}

/// Time goes by, and clients are served, until every client was served often.
async fn load_for(stage: &Stage, rounds: &AtomicU64, more: u64) {
    let enough = rounds.load(Ordering::Relaxed) + more;
    while rounds.load(Ordering::Relaxed) < enough {
        stage.wait(TICK);
        tokio::time::sleep(TICK_TAKES).await;
    }
}

/// `clients` sessions under load while the key changes from 1 to 2: no token is refused.
pub(crate) async fn rotate_under_load(stage: Stage, clients: usize, load: u64) -> u64 {
    let (old, new) = (key(1), key(2));
    let (only_old, both) = (old.clone(), format!("{old}{new}"));
    let (new_first, only_new) = (format!("{new}{old}"), new.clone());
    let mut pair = Pair::start(&stage, &only_old).await;
    let mut tokens = Vec::new();
    for n in 0..clients {
        let code = stage.wechat.login_code(&format!("oKey{n}")).await;
        let phone = pair.phones.read().await[n % 2].clone();
        tokens.push(phone.login(&code).await.expect(200).token());
    }
    let forgotten = tokens.pop().expect("a token that nobody refreshes");
    let (stop, rounds) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
    let busy: Vec<_> = tokens
        .into_iter()
        .map(|token| client(token, pair.phones.clone(), stop.clone(), rounds.clone()))
        .map(tokio::spawn)
        .collect();
    load_for(&stage, &rounds, load).await;
    for (which, ring) in [(0, &both), (1, &both), (0, &new_first), (1, &new_first)] {
        pair.replace(which, &stage, ring).await;
        load_for(&stage, &rounds, load).await;
    }
    stop.store(true, Ordering::Relaxed);
    let mut tokens = Vec::new();
    for client in join_all(busy).await {
        tokens.push(client.expect("no client was refused"));
    }
    let tokens = three_hours(&stage, &pair, tokens).await;
    drop_the_old_key(&stage, &mut pair, &only_new, &tokens, &forgotten).await;
    pair.end().await;
    stage.end().await;
    rounds.load(Ordering::Relaxed)
}

/// What the old key signed dies out.
async fn three_hours(stage: &Stage, pair: &Pair, mut tokens: Vec<String>) -> Vec<String> {
    let [one, _] = pair.phones.read().await.clone();
    for _ in 0..9 {
        stage.wait(20 * MINUTE);
        for token in &mut tokens {
            *token = one.refresh(token).await.expect(200).token();
        }
    }
    tokens
}

async fn drop_the_old_key(
    stage: &Stage,
    pair: &mut Pair,
    only_new: &str,
    tokens: &[String],
    forgotten: &str,
) {
    for which in [0, 1] {
        pair.replace(which, stage, only_new).await;
    }
    for phone in pair.phones.read().await.clone() {
        for token in tokens {
            phone.session(token).await.expect(200);
        }
        let refused = phone.session(forgotten).await;
        assert_eq!(refused.problem(), (401, "session_invalid"));
    }
}
