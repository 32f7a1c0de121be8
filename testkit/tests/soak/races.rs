//! SES-04, 05, 06 and 11: calls that meet, many times.
#[path = "../races/everywhere.rs"]
mod everywhere;
#[path = "../races/logins.rs"]
mod logins;
#[path = "../races/logout.rs"]
mod logout;
#[path = "../races/refresh.rs"]
mod refresh;

use testkit::{found, long_story};

use crate::topology::{on_each, on_each_with};

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_logouts_race_refreshes() {
    long_story(Box::pin(on_each(async |name, stage| {
        logout::logouts_race_refreshes(stage, 10_000).await;
        let how = format!("logout races 8 refreshes of its token, {name}");
        found("SES-04", &how, "0 valid uses after 10,000 logouts");
    })))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_times_everywhere() {
    long_story(Box::pin(on_each_with(
        everywhere::settings,
        async |name, stage| {
            everywhere::logging_out_everywhere_races_everything(stage, 1000).await;
            let how =
                format!("logout everywhere races 20 sessions' refreshes and 3 logins, {name}");
            found("SES-05", &how, "0 survivors in 1,000 races");
        },
    )))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_rounds_of_refreshes_at_once() {
    long_story(Box::pin(on_each(async |name, stage| {
        refresh::refreshes_at_once_are_one_step(stage, 1000).await;
        let how = format!("32 refreshes of one token at once, {name}");
        found(
            "SES-06",
            &how,
            "1 successor, 1 step in each of 1,000 rounds",
        );
    })))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_rounds_of_logins_at_once() {
    long_story(Box::pin(on_each(async |name, stage| {
        logins::logins_at_once_leave_ten(stage, 100).await;
        let how = format!("50 logins of one user at once, {name}");
        found(
            "SES-11",
            &how,
            "10 sessions, 0 orphans after each of 100 rounds; no KEYS, no SCAN",
        );
    })))
    .await;
}
