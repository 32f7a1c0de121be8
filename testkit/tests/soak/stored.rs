//! C-02, SES-01, 02, 03 and 12: what is in Redis, and what a token is.
#[path = "../stored/life.rs"]
mod life;
#[path = "../stored/loot.rs"]
mod loot;
#[path = "../stored/strangers.rs"]
mod strangers;
#[path = "../stored/theft.rs"]
mod theft;

use std::collections::HashSet;

use session_service::domain::SessionId;
use testkit::{Stage, found, long_story};

#[tokio::test(flavor = "multi_thread")]
async fn every_place_of_a_stolen_redis_lets_nobody_in() {
    long_story(Box::pin(async {
        let tried = theft::a_copy_of_redis_lets_nobody_in(1).await;
        let how = "RDB, AOF and MONITOR of a day: every string and every 45 bytes as a token";
        found("C-02", how, &format!("0 of {tried} accepted"));
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_strangers_cost_nothing() {
    long_story(Box::pin(async {
        strangers::strangers_cost_nothing(100_000).await;
        let how = "100,000 made-up tokens and near misses";
        found("SES-12", how, "1 answer for all, 0 Redis commands");
    }))
    .await;
}

/// The statistic of a fair byte lies between these with a probability of 99.8 %: a chi-square of 255
/// degrees of freedom.
const FAIR: std::ops::RangeInclusive<f64> = 190.0..=331.0;

#[tokio::test(flavor = "multi_thread")]
async fn a_million_session_ids_are_random() {
    const IDS: u32 = 1_000_000;
    let (mut seen, mut counts) = (HashSet::new(), [0_u32; 256]);
    for _ in 0..IDS {
        let id = SessionId::generate().expect("randomness");
        for byte in id.as_bytes() {
            counts[usize::from(*byte)] += 1;
        }
        assert!(seen.insert(id), "twice the same");
    }
    let expected = f64::from(IDS) * 16.0 / 256.0;
    let square = |count: u32| (f64::from(count) - expected).powi(2) / expected;
    let statistic: f64 = counts.into_iter().map(square).sum();
    assert!(FAIR.contains(&statistic), "{statistic}");
    let stage = Stage::on_redis().await;
    theft::no_token_is_adopted(&stage).await;
    stage.end().await;
    let figure = format!("0 duplicates; chi-square of the bytes {statistic:.0} (255 degrees)");
    found("SES-01", "1,000,000 session ids", &figure);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_mixed_load_everything_has_an_end() {
    long_story(Box::pin(async {
        life::a_session_without_an_end_in_redis_ends_all_the_same().await;
        let how = "PERSIST on all keys every minute, idle and refreshed session";
        found("SES-02", how, "both end on time");
        life::everything_stored_has_an_end(2000).await;
        found(
            "SES-03",
            "PTTL of every key after mixed load of 2,000 users",
            "0 without an end",
        );
    }))
    .await;
}
