//! Users who turn out to be one, who leave for good, or who are asked for a name.
use std::time::Duration;

use fake_wechat::{DEFAULT_APPID, FakeApp};
use serde_json::{Value, json};
use session_service::config::AppSettings;
use testkit::{Answer, Stage, story};

const OTHER_APPID: &str = "wx-other";

/// Two mini-programs of one owner, with sessions in memory.
async fn two_apps() -> Stage {
    Stage::with(|plan| {
        plan.session.apps.push(AppSettings {
            appid: OTHER_APPID.to_owned(),
            secret: Some("other-secret".into()),
            secret_file: None,
        });
        let fake = plan.fake.as_mut().expect("a fake WeChat");
        fake.settings.apps.push(FakeApp {
            appid: OTHER_APPID.to_owned(),
            secret: "other-secret".into(),
        });
    })
    .await
}

/// A login in one of them, once WeChat gives this unionid, or none.
async fn login(stage: &Stage, appid: &str, openid: &str, unionid: Option<&str>) -> Answer {
    let user = json!({ "appid": appid, "unionid": unionid });
    stage.wechat.user(openid, user).await;
    let code = stage.wechat.login_code(openid).await;
    let body = json!({ "code": code, "appid": appid });
    let login = stage.phone.call("POST", "/v1/login", None, Some(body));
    login.await.expect(200)
}

fn id(login: &Answer) -> Value {
    login.body["user"]["id"].clone()
}

/// What every call says of a token that was ended.
async fn assert_revoked(stage: &Stage, token: &str) {
    let revoked = (401, "session_revoked");
    for answer in [
        stage.phone.session(token).await,
        stage.phone.refresh(token).await,
    ] {
        assert_eq!(answer.problem(), revoked);
    }
    stage.phone.verify(token).await.expect(401);
}

#[tokio::test]
async fn two_users_with_one_unionid_become_the_older_one() {
    story(async {
        let stage = two_apps().await;
        let older = login(&stage, DEFAULT_APPID, "oMei", None).await;
        stage.wait(Duration::from_secs(1));
        let younger = login(&stage, OTHER_APPID, "oMeiToo", None).await;
        assert_ne!(id(&older), id(&younger));
        login(&stage, DEFAULT_APPID, "oMei", Some("uMei")).await;
        let merged = login(&stage, OTHER_APPID, "oMeiToo", Some("uMei")).await;
        assert_eq!(id(&merged), id(&older));
        assert_eq!(merged.body["user"]["is_new"], false);
        assert_revoked(&stage, &younger.token()).await;
        for token in [older.token(), merged.token()] {
            let session = stage.phone.session(&token).await.expect(200);
            assert_eq!(session.body["user"]["id"], id(&older));
            let verified = stage.phone.verify(&token).await.expect(200);
            assert_eq!(verified.header("x-wx-user-id"), id(&older));
        }
        let heard = stage.phone.heard();
        assert!(!heard.contains("former"), "that is for services: {heard}");
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn who_erases_themselves_is_gone_everywhere_and_new_next_time() {
    story(async {
        let stage = two_apps().await;
        let here = login(&stage, DEFAULT_APPID, "oMei", Some("uMei")).await;
        let there = login(&stage, OTHER_APPID, "oMeiToo", Some("uMei")).await;
        let other = login(&stage, DEFAULT_APPID, "oLi", None).await;
        assert_eq!(id(&here), id(&there));
        let erase = async |token: String| {
            let call = stage.phone.call("DELETE", "/v1/user", Some(&token), None);
            call.await
        };
        let erased = erase(here.token()).await.expect(204);
        assert_eq!(erased.text, "");
        for token in [here.token(), there.token()] {
            assert_revoked(&stage, &token).await;
            let again = erase(token).await;
            assert_eq!(again.problem(), (401, "session_revoked"));
        }
        stage.phone.session(&other.token()).await.expect(200);
        let next = login(&stage, OTHER_APPID, "oMeiToo", Some("uMei")).await;
        assert_eq!(next.body["user"]["is_new"], true);
        assert_ne!(id(&next), id(&here));
        let back = login(&stage, DEFAULT_APPID, "oMei", Some("uMei")).await;
        assert_eq!(id(&back), id(&next));
        stage.phone.session(&back.token()).await.expect(200);
        stage.end().await;
    })
    .await;
}

/// What a store that lost a write gives back, no row lets pass.
#[tokio::test]
async fn an_erasure_outlives_a_restored_store() {
    story(async {
        let stage = Stage::on_redis().await;
        let token = stage.log_in("oMei").await;
        let kept = stage.system.records.dump().await.expect("it runs");
        let call = stage.phone.call("DELETE", "/v1/user", Some(&token), None);
        call.await.expect(204);
        stage.restore(kept).await;
        assert_revoked(&stage, &token).await;
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn an_app_is_told_to_ask_for_a_nickname_until_there_is_one() {
    story(async {
        let stage = Stage::with(|plan| plan.session.users.require_nickname = true).await;
        let first = login(&stage, DEFAULT_APPID, "oMei", None).await;
        assert_eq!(first.body["user"]["profile_required"], true);
        let token = first.token();
        let profile = json!({ "nickname": " \u{200b}小梅 " });
        let named = stage
            .phone
            .call("PUT", "/v1/user/profile", Some(&token), Some(profile));
        let named = named.await.expect(200).body["user"].take();
        assert_eq!(named["nickname"], "小梅");
        assert_eq!(named["profile_required"], false);
        let shown = stage.phone.session(&token).await.expect(200);
        assert_eq!(shown.body["user"], named);
        stage.end().await;
    })
    .await;
}
