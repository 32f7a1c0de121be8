//! Processes that die, and what must survive them.
use std::collections::HashMap;

use futures::future::join_all;
use testkit::{Fleet, Phone, Wechat, story};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// session-service is killed when so many logins were acknowledged.
const ACKNOWLEDGED: usize = 24;

/// Logs users in until the gateway cannot any more; answers who was acknowledged under which id.
async fn logins(
    (phone, wechat): (Phone, Wechat),
    worker: usize,
    told: UnboundedSender<()>,
) -> HashMap<String, String> {
    let mut acknowledged = HashMap::new();
    for number in 0..200 {
        let openid = format!("oCrash{worker:02}x{number:03}");
        let code = wechat.login_code(&openid).await;
        let login = phone.login(&code).await;
        if login.status != 200 {
            return acknowledged;
        }
        let id = login.body["user"]["id"].as_str().expect("an id").to_owned();
        acknowledged.insert(openid, id);
        // The test stops listening after the kill.
        let _ = told.send(());
    }
    panic!("session-service was never killed");
}

#[tokio::test]
async fn kill_9_amid_logins_loses_no_registered_user() {
    story(async {
        let mut fleet = Fleet::start("").await;
        for round in 0..3 {
            let (told, mut acknowledgements) = unbounded_channel();
            let workers = (0..8).map(|worker| {
                let sides = (fleet.phone.clone(), fleet.wechat.clone());
                tokio::spawn(logins(sides, round * 8 + worker, told.clone()))
            });
            let workers: Vec<_> = workers.collect();
            for _ in 0..ACKNOWLEDGED {
                acknowledgements.recv().await.expect("a worker is left");
            }
            fleet.session.kill();
            let acknowledged = join_all(workers)
                .await
                .into_iter()
                .flat_map(|done| done.expect("it ends"));
            let acknowledged: HashMap<String, String> = acknowledged.collect();
            assert!(acknowledged.len() >= ACKNOWLEDGED);
            fleet.restart_session().await;
            for (openid, id) in acknowledged {
                let code = fleet.wechat.login_code(&openid).await;
                let login = fleet.phone.login(&code).await.expect(200);
                assert_eq!(login.body["user"]["id"], id.as_str());
                assert_eq!(login.body["user"]["is_new"], false);
            }
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
