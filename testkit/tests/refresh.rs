//! A session's life, from the mini-program's side.
use std::{collections::HashSet, time::Duration};

use futures::future::join_all;
use testkit::{Stage, story};

const MINUTE: Duration = Duration::from_mins(1);
const GRACE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_session_ends_thirty_minutes_after_its_last_refresh() {
    story(async {
        let stage = Stage::start().await;
        let first = stage.log_in("oMei").await;
        stage.wait(20 * MINUTE);
        let second = stage.phone.refresh(&first).await.expect(200).token();
        stage.wait(29 * MINUTE + Duration::from_secs(59));
        stage.phone.session(&second).await.expect(200);
        stage.wait(Duration::from_secs(1));
        let ended = stage.phone.session(&second).await;
        assert_eq!(ended.problem(), (401, "session_expired"));
        assert_eq!(
            stage.phone.refresh(&second).await.problem(),
            (401, "session_expired")
        );
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn a_predecessor_passes_within_the_grace_and_not_after() {
    story(async {
        let stage = Stage::start().await;
        let first = stage.log_in("oMei").await;
        stage.wait(20 * MINUTE);
        let second = stage.phone.refresh(&first).await.expect(200).token();
        stage.phone.session(&first).await.expect(200);
        stage.wait(GRACE);
        assert_eq!(
            stage.phone.session(&first).await.problem(),
            (401, "session_expired")
        );
        stage.phone.session(&second).await.expect(200);
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_is_given_again_ten_minutes_later() {
    story(async {
        let stage = Stage::start().await;
        let first = stage.log_in("oMei").await;
        stage.wait(20 * MINUTE);
        let lost = stage.phone.refresh(&first).await.expect(200).token();
        stage.wait(9 * MINUTE + Duration::from_secs(59));
        let found = stage.phone.refresh(&first).await.expect(200).token();
        assert_eq!(found, lost);
        stage.phone.session(&found).await.expect(200);
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn a_stolen_predecessor_ends_the_session() {
    story(async {
        let stage = Stage::start().await;
        let first = stage.log_in("oMei").await;
        let second = stage.phone.refresh(&first).await.expect(200).token();
        stage.phone.session(&second).await.expect(200);
        stage.wait(GRACE);
        assert_eq!(
            stage.phone.refresh(&first).await.problem(),
            (401, "session_revoked")
        );
        assert_eq!(
            stage.phone.session(&second).await.problem(),
            (401, "session_revoked")
        );
        let counted = stage.system.session.host.metrics.encode();
        assert!(counted.contains("wxgate_token_reuse_total 1"), "{counted}");
        stage.end().await;
    })
    .await;
}

/// Whoever hangs up on the answer suppresses no alarm: each session that ends by reuse is counted.
#[tokio::test]
async fn a_thief_who_hangs_up_is_counted_all_the_same() {
    story(async {
        let stage = Stage::on_redis().await;
        let mut sessions = Vec::new();
        for n in 0..40 {
            let first = stage.log_in(&format!("oMei{n}")).await;
            let second = stage.phone.refresh(&first).await.expect(200).token();
            stage.phone.session(&second).await.expect(200);
            sessions.push((first, second));
        }
        stage.wait(GRACE);
        for (n, (first, _)) in sessions.iter().enumerate() {
            let hasty = Duration::from_micros(n as u64 * 250);
            let _ = tokio::time::timeout(hasty, stage.phone.refresh(first)).await;
        }
        // The service ends only after what hung-up callers had begun.
        stage.system.session.host.lifecycle.stop().await;
        let counted = stage.system.session.host.metrics.encode();
        let revoked = reading(&counted, "wxgate_revocations_total{reason=\"reuse\"} ");
        assert!(revoked > 0, "some calls came through: {counted}");
        assert_eq!(reading(&counted, "wxgate_token_reuse_total "), revoked);
        stage.end().await;
    })
    .await;
}

fn reading(metrics: &str, name: &str) -> u64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|value| value.parse().ok()).unwrap_or(0)
}

/// Two hundred at once, over real HTTP and gRPC; in memory and in Redis.
async fn two_hundred_parallel_refreshes(stage: Stage) {
    let first = stage.log_in("oMei").await;
    stage.wait(20 * MINUTE);
    let answers = join_all((0..200).map(|_| stage.phone.refresh(&first))).await;
    let successors: HashSet<String> = answers
        .into_iter()
        .map(|answer| answer.expect(200).token())
        .collect();
    assert_eq!(successors.len(), 1);
    let successor = successors.into_iter().next().expect("one");
    // The generation is part of the token: one step, not two hundred.
    stage.phone.session(&successor).await.expect(200);
    stage.wait(GRACE);
    let next = stage.phone.refresh(&successor).await.expect(200).token();
    assert_ne!(next, successor);
    assert_eq!(
        stage.phone.refresh(&first).await.problem(),
        (401, "session_revoked")
    );
    stage.end().await;
}

#[tokio::test]
async fn two_hundred_parallel_refreshes_give_one_successor_in_memory() {
    story(async { two_hundred_parallel_refreshes(Stage::start().await).await }).await;
}

#[tokio::test]
async fn two_hundred_parallel_refreshes_give_one_successor_in_redis() {
    story(async {
        two_hundred_parallel_refreshes(Stage::on_redis().await).await;
    })
    .await;
}
