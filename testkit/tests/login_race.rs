//! One code, one exchange, one session: whoever races, hangs up, or asks again.
use std::{collections::HashSet, time::Duration};

use futures::future::join_all;
use serde_json::json;
use testkit::{Answer, Fleet, Stage, story};

const USED: (u16, &str) = (401, "login_code_rejected");

/// The tokens that were given, and how often the code was called used.
fn tally(answers: Vec<Answer>) -> (HashSet<String>, usize) {
    let (given, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|a| a.status == 200);
    for refusal in &refused {
        assert_eq!(refusal.problem(), USED);
    }
    (given.iter().map(Answer::token).collect(), refused.len())
}

async fn fifty_at_once(stage: Stage) {
    let code = stage.wechat.login_code("oMei").await;
    let same = join_all((0..50).map(|_| stage.phone.login_as(&code, "one-wx-login"))).await;
    assert_eq!(
        tally(same).0.len(),
        1,
        "one client gets one session, however often it asks"
    );
    assert_eq!(stage.wechat.asked_about(&code).await, 1);

    let code = stage.wechat.login_code("oMei").await;
    let nonces: Vec<String> = (0..50).map(|n| format!("client-{n}")).collect();
    let others = join_all(
        nonces
            .iter()
            .map(|nonce| stage.phone.login_as(&code, nonce)),
    )
    .await;
    let (given, refused) = tally(others);
    assert_eq!(
        (given.len(), refused),
        (1, 49),
        "a stolen code buys no second session"
    );
    assert_eq!(stage.wechat.asked_about(&code).await, 1);
    stage.end().await;
}

#[tokio::test]
async fn fifty_logins_with_one_code_are_one_exchange_in_memory() {
    story(async { fifty_at_once(Stage::start().await).await }).await;
}

#[tokio::test]
async fn fifty_logins_with_one_code_are_one_exchange_in_redis() {
    story(async { fifty_at_once(Stage::on_redis().await).await }).await;
}

#[tokio::test]
async fn the_first_answer_is_repeated_to_the_same_client_for_thirty_seconds() {
    story(async {
        let stage = Stage::start().await;
        let code = stage.wechat.login_code("oMei").await;
        let first = stage.phone.login_as(&code, "mine").await.expect(200);
        stage.wait(Duration::from_secs(29));
        let again = stage.phone.login_as(&code, "mine").await.expect(200);
        assert_eq!(again.token(), first.token());
        assert_eq!(again.body["user"], first.body["user"]);
        assert_eq!(stage.phone.login_as(&code, "thief").await.problem(), USED);
        assert_eq!(stage.phone.login(&code).await.problem(), USED);
        stage.wait(Duration::from_secs(1));
        assert_eq!(stage.phone.login_as(&code, "mine").await.problem(), USED);
        assert_eq!(stage.wechat.asked_about(&code).await, 1);
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn a_refusal_is_repeated_to_the_same_client_without_asking_again() {
    story(async {
        let stage = Stage::start().await;
        stage.wechat.user("oMei", json!({ "blocked": true })).await;
        let code = stage.wechat.login_code("oMei").await;
        for _ in 0..3 {
            let refused = stage.phone.login_as(&code, "mine").await;
            assert_eq!(refused.problem(), (403, "user_blocked"));
        }
        assert_eq!(stage.wechat.asked_about(&code).await, 1);
        stage.end().await;
    })
    .await;
}

/// The caller hangs up after so many milliseconds, wherever the login is by then.
#[tokio::test]
async fn a_caller_who_hangs_up_finds_the_session_when_asking_again() {
    story(async {
        let stage = Stage::on_redis().await;
        for millis in 0..40 {
            let code = stage.wechat.login_code("oMei").await;
            let hasty = stage.phone.login_as(&code, "mine");
            let _ = tokio::time::timeout(Duration::from_millis(millis), hasty).await;
            let again = stage.phone.login_as(&code, "mine").await.expect(200);
            stage.phone.session(&again.token()).await.expect(200);
            assert_eq!(
                stage.wechat.asked_about(&code).await,
                1,
                "after {millis} ms"
            );
        }
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn a_caller_who_hangs_up_while_wechat_thinks_keeps_the_session() {
    story(async {
        let stage = Stage::on_redis().await;
        let slow = json!([{ "path": "/sns/jscode2session", "delay_ms": 1000 }]);
        stage.wechat.faults(slow).await;
        let code = stage.wechat.login_code("oMei").await;
        let (phone, held) = (stage.phone.clone(), code.clone());
        let hasty = tokio::spawn(async move { phone.login_as(&held, "mine").await });
        stage.wechat.until_asked_about(&code).await;
        hasty.abort();
        assert!(hasty.await.is_err(), "it was still waiting");
        let again = stage.phone.login_as(&code, "mine").await.expect(200);
        stage.phone.session(&again.token()).await.expect(200);
        assert_eq!(stage.wechat.asked_about(&code).await, 1);
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn a_code_that_never_left_is_still_good() {
    story(async {
        let stage = Stage::start().await;
        let code = stage.wechat.login_code("oMei").await;
        stage.wechat_away().await;
        let refused = stage.phone.login_as(&code, "mine").await;
        assert_eq!(refused.problem(), (503, "wechat_unavailable"));
        stage.wechat_back().await;
        stage.phone.login_as(&code, "mine").await.expect(200);
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn no_code_is_spent_while_something_a_session_needs_is_away() {
    story(async {
        let stage = Stage::on_redis().await;
        let code = stage.wechat.login_code("oMei").await;
        let away = (503, "store_unavailable");
        stage.crypto_away().await;
        assert_eq!(stage.phone.login(&code).await.problem(), away);
        stage.crypto_back().await;
        let redis = stage.redis.as_ref().expect("on redis");
        redis.pause().await;
        assert_eq!(stage.phone.login(&code).await.problem(), away);
        redis.resume();
        assert_eq!(stage.wechat.asked_about(&code).await, 0);
        stage.phone.login(&code).await.expect(200);
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn a_holder_killed_in_the_middle_leaves_a_used_code() {
    story(async {
        let mut fleet = Fleet::start("").await;
        let code = fleet.wechat.login_code("oMei").await;
        let slow = json!([{ "path": "/sns/jscode2session", "delay_ms": 2000 }]);
        fleet.wechat.faults(slow).await;
        let (phone, held) = (fleet.phone.clone(), code.clone());
        let cut = tokio::spawn(async move { phone.login_as(&held, "mine").await });
        fleet.wechat.until_asked_about(&code).await;
        fleet.session.kill();
        assert_eq!(
            cut.await.expect("it ends").problem(),
            (503, "store_unavailable")
        );
        fleet.restart_session().await;
        assert_eq!(fleet.phone.login_as(&code, "thief").await.problem(), USED);
        let again = fleet.phone.login_as(&code, "mine").await;
        assert!([401, 504].contains(&again.status), "{}", again.text);
        assert_eq!(fleet.wechat.asked_about(&code).await, 1);
        fleet.wechat.no_faults().await;
        let token = fleet.log_in("oMei").await;
        fleet.phone.session(&token).await.expect(200);
        fleet.end().await;
    })
    .await;
}

#[tokio::test]
async fn a_hundred_first_logins_at_once_make_one_account() {
    story(async {
        let stage = Stage::start().await;
        for round in 0..5 {
            let openid = format!("oRound{round}");
            // One writer at a time: some are told to come back.
            let tokens = join_all((0..100).map(|_| stage.log_in_among_many(&openid))).await;
            let mut ids = HashSet::new();
            for token in &tokens {
                let answer = stage.phone.session(token).await;
                // An eleventh login ends the first one's session.
                if answer.status == 200 {
                    ids.insert(answer.body["user"]["id"].to_string());
                }
            }
            assert_eq!(ids.len(), 1);
        }
        stage.end().await;
    })
    .await;
}
