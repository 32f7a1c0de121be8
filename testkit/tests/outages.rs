//! What the mini-program sees while something is away. Never a 401: that would log everybody out.
use std::time::{Duration, Instant};

use serde_json::json;
use testkit::{Fleet, Stage, assert_in_time, impatient, story, timed};

#[tokio::test]
async fn redis_stopped_is_503_and_all_is_well_when_it_is_back() {
    story(timed(async || {
        let stage = Stage::on_redis_with(impatient).await;
        let token = stage.log_in("oMei").await;
        let redis = stage.redis.as_ref().expect("on redis");
        redis.pause().await;
        let data = json!({ "encryptedData": "", "iv": "" });
        let (read, refreshed, verified, opened) = tokio::join!(
            stage.phone.session(&token),
            stage.phone.refresh(&token),
            stage.phone.verify(&token),
            stage.phone.decrypt(&token, &data)
        );
        for answer in [read, refreshed, verified, opened] {
            // Not 504: session-service gives up first, and says why.
            assert_in_time(answer.status != 504, &answer.text);
            assert_eq!(answer.problem(), (503, "store_unavailable"));
            assert!(!answer.header("retry-after").is_empty());
        }
        redis.resume();
        let again = stage.phone.session(&token).await;
        assert_in_time(again.status != 503, &again.text);
        again.expect(200);
        stage.end().await;
    }))
    .await;
}

#[tokio::test]
async fn redis_killed_is_503_and_a_logout_still_counts() {
    story(async {
        let mut stage = Stage::on_redis().await;
        let (lost, ended) = (stage.log_in("oMei").await, stage.log_in("oMei").await);
        let mut redis = stage.redis.take().expect("on redis");
        redis.kill();
        assert_eq!(
            stage.phone.session(&lost).await.problem(),
            (503, "store_unavailable")
        );
        stage.phone.logout(&ended).await.expect(204);
        redis.revive().await;
        assert_eq!(
            stage.phone.session(&ended).await.problem(),
            (401, "session_revoked")
        );
        assert_eq!(
            stage.phone.session(&lost).await.problem(),
            (401, "session_expired")
        );
        let token = stage.log_in("oMei").await;
        stage.phone.session(&token).await.expect(200);
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn without_crypto_service_only_logins_and_decryption_wait() {
    story(async {
        let stage = Stage::start().await;
        let token = stage.log_in("oMei").await;
        let data = stage.wechat.open_data("oMei", "phone").await;
        stage.crypto_away().await;
        stage.phone.session(&token).await.expect(200);
        let token = stage.phone.refresh(&token).await.expect(200).token();
        assert_eq!(
            stage.phone.decrypt(&token, &data).await.problem(),
            (503, "store_unavailable")
        );
        let code = stage.wechat.login_code("oLi").await;
        assert_eq!(
            stage.phone.login(&code).await.problem(),
            (503, "store_unavailable")
        );
        stage.crypto_back().await;
        stage.phone.decrypt(&token, &data).await.expect(200);
        stage.log_in("oLi").await;
        stage.phone.logout(&token).await.expect(204);
        stage.end().await;
    })
    .await;
}

/// The service asks crypto-service whether it is there before it spends a code, and waits this long.
const ASKED: Duration = Duration::from_millis(500);

/// A login that says in good time that it cannot be; its code is as good as before.
async fn refused_in_time(fleet: &Fleet) -> String {
    let code = fleet.wechat.login_code("oLi").await;
    let asked = Instant::now();
    let refused = fleet.phone.login(&code).await;
    assert_eq!(refused.problem(), (503, "store_unavailable"));
    assert_in_time(asked.elapsed() < ASKED * 4, &asked.elapsed());
    assert_eq!(fleet.wechat.asked_about(&code).await, 0);
    code
}

#[tokio::test]
async fn a_hung_or_dead_crypto_service_delays_only_logins_and_burns_no_code() {
    story(timed(async || {
        let mut fleet = Fleet::start("").await;
        let (token, ended) = (fleet.log_in("oMei").await, fleet.log_in("oMei").await);
        fleet.crypto.pause().await;
        let asked = Instant::now();
        fleet.phone.session(&token).await.expect(200);
        let token = fleet.phone.refresh(&token).await.expect(200).token();
        fleet.phone.verify(&token).await.expect(200);
        fleet.phone.logout(&ended).await.expect(204);
        assert_in_time(asked.elapsed() < ASKED, &asked.elapsed());
        let code = refused_in_time(&fleet).await;
        fleet.crypto.resume();
        fleet.phone.login(&code).await.expect(200);

        fleet.crypto.kill();
        let code = refused_in_time(&fleet).await;
        fleet.phone.session(&token).await.expect(200);
        fleet.restart_crypto().await;
        fleet.phone.login(&code).await.expect(200);
        fleet.end().await;
    }))
    .await;
}

#[tokio::test]
async fn without_session_service_nobody_is_logged_out() {
    story(async {
        let stage = Stage::start().await;
        let token = stage.log_in("oMei").await;
        stage.system.session.host.lifecycle.stop().await;
        for answer in [
            stage.phone.session(&token).await,
            stage.phone.refresh(&token).await,
            stage.phone.verify(&token).await,
            stage.phone.login("0716AVll20uHk94SLDml27etM946AVlq").await,
        ] {
            assert_eq!(answer.problem(), (503, "store_unavailable"));
        }
        stage.end().await;
    })
    .await;
}
