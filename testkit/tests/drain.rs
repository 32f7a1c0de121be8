//! Programs that are told to end in the middle of a login.
use serde_json::json;
use testkit::{Answer, Fleet, story};
use tokio::task::JoinHandle;

/// A login that WeChat has been asked about and will answer only in a while.
async fn under_way(fleet: &Fleet, openid: &str) -> JoinHandle<Answer> {
    let slow = json!([{ "path": "/sns/jscode2session", "delay_ms": 800, "times": 1 }]);
    fleet.wechat.faults(slow).await;
    let code = fleet.wechat.login_code(openid).await;
    let (phone, held) = (fleet.phone.clone(), code.clone());
    let login = tokio::spawn(async move { phone.login(&held).await });
    fleet.wechat.until_asked_about(&code).await;
    login
}

#[tokio::test]
async fn a_login_under_way_is_answered_before_the_programs_end() {
    story(async {
        let mut fleet = Fleet::start("").await;
        let login = under_way(&fleet, "oMei").await;
        let (gateway, session) =
            futures::join!(fleet.gateway.terminate(), fleet.session.terminate());
        assert!(gateway.success() && session.success(), "{}", fleet.logs());
        login.await.expect("it ends").expect(200);
        fleet.end().await;
    })
    .await;
}

#[tokio::test]
async fn a_login_whose_caller_hung_up_is_finished_before_the_program_ends() {
    story(async {
        let mut fleet = Fleet::start("").await;
        let login = under_way(&fleet, "oMei").await;
        login.abort();
        assert!(login.await.is_err(), "it was still waiting");
        // With the gateway gone, session-service has lost its caller, too.
        assert!(fleet.gateway.terminate().await.success());
        assert!(fleet.session.terminate().await.success());
        assert!(fleet.logs().contains("session opened"), "{}", fleet.logs());

        fleet.restart_session().await;
        fleet.restart_gateway().await;
        let code = fleet.wechat.login_code("oMei").await;
        let login = fleet.phone.login(&code).await.expect(200);
        assert_eq!(login.body["user"]["is_new"], false);
        fleet.end().await;
    })
    .await;
}
