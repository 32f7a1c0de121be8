//! SES-05: logging out everywhere spares nothing that began before it, and nothing else.
use futures::future::join_all;
use testkit::{Answer, Stage};
use wxgate::Plan;

use super::logout::all_ended;

const SESSIONS: usize = 20;
/// Logins that are in flight meanwhile.
const LOGINS: usize = 3;

pub(crate) fn settings(plan: &mut Plan) {
    plan.session.session.per_user = 2 * SESSIONS;
}

async fn log_in(stage: &Stage, user: &str, times: usize) -> Vec<String> {
    join_all((0..times).map(|_| stage.log_in_amid_logouts(user))).await
}

/// A user with twenty sessions logs out everywhere while all of them are refreshed, and while they log
/// in again, `races` times.
pub(crate) async fn logging_out_everywhere_races_everything(stage: &Stage, races: usize) {
    for race in 0..races {
        let user = format!("oMei{race}");
        let mut old = log_in(stage, &user, SESSIONS).await;
        let all = async {
            // Later and later into the refreshes.
            for _ in 0..race % 20 {
                tokio::task::yield_now().await;
            }
            let path = "/v1/sessions";
            stage.phone.call("DELETE", path, Some(&old[0]), None).await
        };
        let refreshes = join_all(old.iter().map(|token| stage.phone.refresh(token)));
        let (answers, ended, meanwhile) =
            tokio::join!(refreshes, all, log_in(stage, &user, LOGINS));
        ended.expect(204);
        let successors = answers.iter().filter(|answer| answer.status == 200);
        old.extend(successors.map(Answer::token));
        all_ended(&stage.phone, &old).await;
        one_thing_or_the_other(stage, &meanwhile).await;
        a_later_login_is_whole(stage, &user).await;
    }
}

/// A login in flight began before or after: its session ended, or it did not.
async fn one_thing_or_the_other(stage: &Stage, tokens: &[String]) {
    for token in tokens {
        if stage.phone.session(token).await.status == 200 {
            stage.phone.refresh(token).await.expect(200);
        } else {
            all_ended(&stage.phone, [token]).await;
        }
    }
}

/// Who logs in after it is logged in, on the list, and can share a phone number.
async fn a_later_login_is_whole(stage: &Stage, user: &str) {
    let token = stage.log_in(user).await;
    whole(stage, user, &token).await;
}

pub(crate) async fn whole(stage: &Stage, user: &str, token: &str) {
    stage.phone.session(token).await.expect(200);
    let list = stage
        .phone
        .call("GET", "/v1/sessions", Some(token), None)
        .await;
    let list = list.expect(200).body["sessions"].clone();
    let current = |mine: &&serde_json::Value| mine["current"] == true;
    let listed = list.as_array().expect("a list").iter().filter(current);
    assert_eq!(listed.count(), 1, "{list}");
    let data = stage.wechat.open_data(user, "phone").await;
    stage.phone.decrypt(token, &data).await.expect(200);
}
