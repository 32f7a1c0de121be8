//! Processes that die, and what must survive them.
use testkit::{Fleet, Load, story};

#[tokio::test]
async fn kill_9_loses_no_registered_user_and_no_logout() {
    story(async {
        let mut fleet = Fleet::start("").await;
        for round in 0..5 {
            let name = format!("Round{round}");
            let mut load = Load::start(&fleet.phone, &fleet.wechat, &name, 8);
            load.acknowledged(10 + 7 * round).await;
            fleet.session.kill();
            let journal = load.until_it_fails().await;
            fleet.restart_session().await;
            journal.holds(&fleet.phone, &fleet.wechat).await;
        }
        fleet.end().await;
    })
    .await;
}

#[tokio::test]
async fn sessions_outlive_a_restart_of_the_session_service() {
    story(async {
        let mut fleet = Fleet::start("").await;
        let (kept, ended) = (fleet.log_in("oMei").await, fleet.log_in("oMei").await);
        fleet.phone.logout(&ended).await.expect(204);
        assert!(fleet.session.terminate().await.success());
        assert_eq!(
            fleet.phone.session(&kept).await.problem(),
            (503, "store_unavailable")
        );
        fleet.restart_session().await;
        fleet.phone.session(&kept).await.expect(200);
        assert_eq!(
            fleet.phone.session(&ended).await.problem(),
            (401, "session_revoked")
        );
        fleet.end().await;
    })
    .await;
}
