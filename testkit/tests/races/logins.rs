//! SES-11: a user has so many sessions, however they log in.
use std::time::Duration;

use deadpool_redis::redis;
use futures::future::join_all;
use testkit::{Answer, Stage};

const LOGINS: usize = 50;
const PER_USER: usize = 10;
const USER: &str = "oMei";

/// Commands that look at every key there is.
async fn looked_at_everything(stage: &Stage) -> bool {
    let Some(redis) = &stage.redis else {
        return false;
    };
    let mut redis = redis.connect().await.expect("it runs");
    let asked = redis::cmd("INFO").arg("commandstats").to_owned();
    let stats: String = asked.query_async(&mut redis).await.expect("it runs");
    assert!(stats.contains("cmdstat_eval:"), "{stats}");
    let every = ["cmdstat_keys:", "cmdstat_scan:", "cmdstat_randomkey:"];
    every.iter().any(|command| stats.contains(command))
}

/// Those of `tokens` that still let in.
async fn alive(stage: &Stage, tokens: &[String]) -> Vec<String> {
    let answers = join_all(tokens.iter().map(|token| stage.phone.session(token))).await;
    let alive = tokens.iter().zip(answers).filter(|(_, a)| a.status == 200);
    alive.map(|(token, _)| token.clone()).collect()
}

/// Fifty logins of one user at once, `rounds` times: ten sessions are left, and all earlier ones are gone.
pub(crate) async fn logins_at_once_leave_ten(stage: &Stage, rounds: usize) {
    let mut before = Vec::new();
    for _ in 0..rounds {
        stage.wait(Duration::from_mins(1));
        let tokens = join_all((0..LOGINS).map(|_| stage.log_in_among_many(USER))).await;
        assert_eq!(alive(stage, &before).await, Vec::<String>::new());
        before = alive(stage, &tokens).await;
        assert_eq!(before.len(), PER_USER);
        let list = stage
            .phone
            .call("GET", "/v1/sessions", Some(&before[0]), None);
        let list: Answer = list.await.expect(200);
        assert_eq!(
            list.body["sessions"].as_array().map(Vec::len),
            Some(PER_USER)
        );
    }
    assert!(!looked_at_everything(stage).await);
    let kept = stage.system.records.dump().await.expect("it runs");
    let records = kept.iter().filter(|(key, _)| key.contains(":s:")).count();
    assert_eq!(records, PER_USER, "no record is left behind");
}
