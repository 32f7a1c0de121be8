//! Logging in and being recognised, from the mini-program's side.
use serde_json::json;
use testkit::{Stage, story};

#[tokio::test]
async fn a_user_logs_in_and_is_recognised() {
    story(async {
        let stage = Stage::start().await;
        let code = stage.wechat.login_code("oMei").await;
        let login = stage.phone.login(&code).await.expect(200);
        assert_eq!(login.body["user"]["is_new"], true);
        assert_eq!(
            (&login.body["expires_in"], &login.body["refresh_in"]),
            (&json!(1800), &json!(1200))
        );
        assert!(
            !login.text.contains("oMei") && !login.text.contains("session_key"),
            "{}",
            login.text
        );

        let seen = stage.phone.session(&login.token()).await.expect(200);
        assert_eq!(seen.body["user"]["id"], login.body["user"]["id"]);

        let again = stage.wechat.login_code("oMei").await;
        let again = stage.phone.login(&again).await.expect(200);
        assert_eq!(again.body["user"]["is_new"], false);
        assert_eq!(again.body["user"]["id"], login.body["user"]["id"]);
        assert_ne!(
            again.token(),
            login.token(),
            "two logins never give the same token"
        );
        stage.phone.session(&login.token()).await.expect(200);
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn a_business_service_learns_who_is_calling() {
    story(async {
        let stage = Stage::start().await;
        stage
            .wechat
            .user("oMei", json!({ "unionid": "uMei" }))
            .await;
        let token = stage.log_in("oMei").await;
        let verified = stage.phone.verify(&token).await.expect(200);
        assert_eq!(verified.header("x-wx-openid"), "oMei");
        assert_eq!(verified.header("x-wx-unionid"), "uMei");
        assert_eq!(verified.header("x-wx-appid"), fake_wechat::DEFAULT_APPID);
        let stranger = stage.phone.verify("wxs_stranger").await.expect(401);
        assert!(
            stranger.headers.contains_key("x-wx-openid"),
            "a proxy must find it, to wipe it"
        );
        assert_eq!(stranger.header("x-wx-openid"), "");
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn a_wrong_code_or_a_used_one_asks_for_a_new_wx_login() {
    story(async {
        let stage = Stage::start().await;
        let wrong = stage.phone.login("0716AVll20uHk94SLDml27etM946AVlq").await;
        assert_eq!(wrong.problem(), (401, "login_code_rejected"));
        let code = stage.wechat.login_code("oMei").await;
        stage.phone.login(&code).await.expect(200);
        let used = stage.phone.login(&code).await;
        assert_eq!(used.problem(), (401, "login_code_rejected"));
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn a_profile_is_what_the_user_typed_of_themselves() {
    story(async {
        let stage = Stage::start().await;
        let token = stage.log_in("oMei").await;
        let profile =
            json!({ "nickname": " 阿梅\u{202e} ", "avatar_url": "https://cdn.example/a.png" });
        let put = stage
            .phone
            .call("PUT", "/v1/user/profile", Some(&token), Some(profile))
            .await;
        assert_eq!(put.expect(200).body["user"]["nickname"], "阿梅");
        let partly = json!({ "nickname": "梅" });
        stage
            .phone
            .call("PUT", "/v1/user/profile", Some(&token), Some(partly))
            .await
            .expect(200);
        let seen = stage.phone.session(&token).await.expect(200);
        assert_eq!(seen.body["user"]["nickname"], "梅");
        assert_eq!(seen.body["user"]["avatar_url"], "https://cdn.example/a.png");
        stage.end().await;
    })
    .await;
}
