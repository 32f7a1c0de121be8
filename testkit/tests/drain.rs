//! Programs that are told to end in the middle of a login, or to read their settings again.
use serde_json::json;
use testkit::{Answer, Fleet, story};
use tokio::task::JoinHandle;

/// A login that WeChat has been asked about and will answer only in a while.
async fn under_way(fleet: &Fleet, openid: &str) -> JoinHandle<Answer> {
    let slow = json!([{ "path": "/sns/jscode2session", "delay_ms": 1500, "times": 1 }]);
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

/// A second app, with a secret in a file.
fn second_app(settings: &str, file: &str) -> String {
    format!("{settings}\n[[apps]]\nappid = \"wxsecond\"\nsecret_file = \"{file}\"\n")
}

#[tokio::test]
async fn apps_are_read_again_whole_or_not_at_all() {
    story(async {
        let fleet = Fleet::start("").await;
        let login = async || {
            // A code is good for one try.
            let code = fleet.wechat.login_code("oMei").await;
            let body = json!({ "code": code, "appid": "wxsecond" });
            let call = fleet.phone.call("POST", "/v1/login", None, Some(body));
            call.await.code().to_owned()
        };
        assert_eq!(login().await, "invalid_request");
        let secret = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(secret.path(), "a-secret").expect("it is ours");
        let file = secret.path().to_str().expect("text").to_owned();

        // Faulty as it is, nothing changes, and the log says why.
        fleet.edit_settings(|settings| second_app(&settings, "/nowhere"));
        fleet.session.reload();
        fleet
            .session
            .until_said("the apps stay as they were", 1)
            .await;
        assert!(fleet.logs().contains("/nowhere"), "{}", fleet.logs());
        assert_eq!(login().await, "invalid_request");
        fleet.log_in("oMei").await;

        fleet.edit_settings(|settings| settings.replace("/nowhere", &file));
        fleet.session.reload();
        fleet.session.until_said("was read again", 1).await;
        // The fake knows no such app: it was asked.
        assert_eq!(login().await, "wechat_misconfigured");
        fleet.log_in("oMei").await;

        // Written twice, and not TOML at all.
        fleet.edit_settings(|settings| second_app(&settings, &file));
        fleet.session.reload();
        fleet
            .session
            .until_said("the apps stay as they were", 2)
            .await;
        fleet.edit_settings(|settings| settings + "\n[[apps");
        fleet.session.reload();
        fleet
            .session
            .until_said("the apps stay as they were", 3)
            .await;
        assert_eq!(login().await, "wechat_misconfigured");
        assert!(!fleet.logs().contains("a-secret"));
        fleet.end().await;
    })
    .await;
}
