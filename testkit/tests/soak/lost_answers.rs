//! SES-07 and SES-09: answers are lost, nobody is thrown out.
#[path = "../lost_answers/honest.rs"]
mod honest;
#[path = "../lost_answers/storm.rs"]
mod storm;
#[path = "../lost_answers/wire.rs"]
mod wire;

use std::time::Duration;

use testkit::{Stage, found, long_story};

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_lost_successors_are_given_again() {
    long_story(Box::pin(async {
        for (store, stage) in [
            ("memory", Stage::start().await),
            ("Redis", Stage::on_redis().await),
        ] {
            honest::ask_again(&stage, 1000).await;
            honest::ask_again_whenever_it_broke(&stage, 1000).await;
            stage.end().await;
            let how = format!(
                "refresh answers lost, asked again up to 29 min later, sessions in {store}"
            );
            found("SES-07", &how, "2000 of 2000 the same successor");
        }
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_sessions_refresh_in_a_storm() {
    long_story(Box::pin(async {
        let time = Duration::from_secs(10);
        let took = storm::storm(Stage::on_redis().await, 5000, time).await;
        let figure = format!("0 sessions ended; took {:.1} s", took.as_secs_f64());
        let how = "5,000 sessions refresh in 10 s, 10 % twice, 1 % of the answers lost, Redis";
        found("SES-09", how, &figure);
    }))
    .await;
}
