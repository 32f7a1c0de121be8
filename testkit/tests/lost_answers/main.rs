//! An answer that is lost costs nobody their session.
//!
//! The long forms are in the soak tests.
mod day;
mod honest;
mod storm;
mod wire;

use std::time::Duration;

use proptest::{
    collection::vec,
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use testkit::{Stage, on_every_store};

use self::{
    day::{Turn, spend_a_day},
    honest::{ask_again, ask_again_whenever_it_broke, thefts},
    wire::Wire,
};

on_every_store!(
    a_lost_successor_is_given_again,
    a_refresh_left_at_any_moment_is_given_again,
    an_honest_client_is_never_thrown_out,
    a_slow_upload_throws_nobody_out,
    a_storm_of_refreshes_ends_no_session,
);

async fn a_lost_successor_is_given_again(stage: Stage) {
    ask_again(&stage, 50).await;
    stage.end().await;
}

async fn a_refresh_left_at_any_moment_is_given_again(stage: Stage) {
    ask_again_whenever_it_broke(&stage, 60).await;
    stage.end().await;
}

/// Up to three answers in a row are lost, two minutes may pass before the next try.
fn turn() -> impl Strategy<Value = Turn> {
    let seconds = |most: u64| (0..most).prop_map(Duration::from_secs);
    (seconds(20 * 60), vec(seconds(120), 0..4)).prop_map(|(wait, lost)| Turn { wait, lost })
}

async fn an_honest_client_is_never_thrown_out(stage: Stage) {
    let mut runner = TestRunner::new(Config::default());
    for day in 0..10 {
        let turns = vec(turn(), 1..12).new_tree(&mut runner);
        let turns = turns.expect("a day").current();
        spend_a_day(&stage, &format!("oMei{day}"), &turns).await;
    }
    stage.end().await;
}

/// The token went out with the first byte; when the last one arrives, it has long had a successor.
async fn a_slow_upload_throws_nobody_out(stage: Stage) {
    let body = r#"{"nickname":"a name that takes a minute to arrive"}"#;
    let (early, late) = body.split_at(20);
    let first = stage.log_in("oMei").await;
    let mut upload = Wire::to(&stage).await;
    let head = format!(
        "PUT /v1/user/profile HTTP/1.1\r\nHost: wxgate\r\nAuthorization: Bearer {first}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{early}",
        body.len()
    );
    upload.say(&head).await;
    let second = stage.phone.refresh(&first).await.expect(200).token();
    stage.phone.session(&second).await.expect(200);
    stage.wait(Duration::from_mins(1));
    upload.say(late).await;
    let answer = upload.hear().await;
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    assert!(answer.contains("session_expired"), "{answer}");
    stage.phone.session(&second).await.expect(200);
    stage.phone.refresh(&second).await.expect(200);
    assert_eq!(thefts(&stage), 0);
    stage.end().await;
}

async fn a_storm_of_refreshes_ends_no_session(stage: Stage) {
    storm::storm(stage, 200, Duration::from_millis(400)).await;
}
