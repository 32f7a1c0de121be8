//! Calls that meet on one session, one user, one token.
//!
//! The long forms are in the soak tests.
mod everywhere;
mod halfway;
mod logins;
mod logout;
mod refresh;

use self::halfway::a_login_that_has_begun_does_not_survive_it;
use testkit::{Stage, on_every_store, story};

on_every_store!(
    a_logout_is_final_whatever_is_in_flight,
    refreshes_at_once_are_one_step,
    logins_at_once_leave_ten,
    a_login_that_has_begun_does_not_survive_it,
);

async fn a_logout_is_final_whatever_is_in_flight(stage: Stage) {
    logout::logouts_race_refreshes(&stage, 40).await;
    stage.end().await;
}

async fn refreshes_at_once_are_one_step(stage: Stage) {
    refresh::refreshes_at_once_are_one_step(&stage, 20).await;
    stage.end().await;
}

async fn logins_at_once_leave_ten(stage: Stage) {
    logins::logins_at_once_leave_ten(&stage, 3).await;
    stage.end().await;
}

async fn no_session_survives(stage: Stage) {
    everywhere::logging_out_everywhere_races_everything(&stage, 25).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_session_in_memory_survives_logging_out_everywhere() {
    let stage = Stage::with(everywhere::settings).await;
    story(Box::pin(no_session_survives(stage))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_session_in_redis_survives_logging_out_everywhere() {
    let stage = Stage::on_redis_with(everywhere::settings).await;
    story(Box::pin(no_session_survives(stage))).await;
}
