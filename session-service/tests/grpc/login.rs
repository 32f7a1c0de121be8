//! Codes become sessions.
use std::time::Duration;

use serde_json::json;
use wx_proto::{common::v1::ErrorReason, session::v1::LoginRequest};

use crate::{
    edge::reason,
    on_every_store,
    system::{OTHER_APPID, Store, System},
};

on_every_store!(
    a_login_registers_then_recognises,
    a_code_buys_one_session,
    the_eleventh_session_takes_the_place_of_the_oldest,
);

async fn a_login_registers_then_recognises(store: Store) {
    let system = System::start(store).await;
    let openid = system.newcomer().await;
    let first = system
        .login(&system.wechat.code(&openid).await)
        .await
        .unwrap();
    let second = system
        .login(&system.wechat.code(&openid).await)
        .await
        .unwrap();
    assert!(first.is_new && !second.is_new);
    assert_eq!(first.user.clone().unwrap().id, second.user.unwrap().id);
    assert_ne!(first.session_rd, second.session_rd);
    let duration = |minutes| Some(Duration::from_mins(minutes).try_into().unwrap());
    assert_eq!(
        (first.expires_in, first.refresh_in),
        (duration(30), duration(20))
    );
    let other = system
        .login(&system.wechat.code_of(json!({})).await)
        .await
        .unwrap();
    assert!(other.is_new);
    assert_ne!(first.user.unwrap().id, other.user.unwrap().id);
    assert_eq!(system.count(r#"logins_total{outcome="ok"}"#), 3);
}

async fn a_code_buys_one_session(store: Store) {
    let system = System::start(store).await;
    let openid = system.newcomer().await;
    let code = system.wechat.code(&openid).await;
    let token = system.login(&code).await.unwrap().session_rd;
    for bad in [code.as_str(), "0aNobodyEverMadeThisCode0000000w"] {
        let refused = reason(system.login(bad).await);
        assert_eq!(refused, ErrorReason::LoginCodeRejected);
    }
    let late = system.wechat.code(&openid).await;
    system.pass(Duration::from_secs(301));
    let refused = reason(system.login(&late).await);
    assert_eq!(refused, ErrorReason::LoginCodeRejected);
    system.verify(&token).await.unwrap();
}

async fn the_eleventh_session_takes_the_place_of_the_oldest(store: Store) {
    let system = System::start(store).await;
    let openid = system.newcomer().await;
    let mut tokens = Vec::new();
    for _ in 0..10 {
        tokens.push(system.log_in(&openid).await);
        system.pass(Duration::from_secs(1));
    }
    for token in &tokens {
        system.verify(token).await.unwrap();
    }
    let eleventh = system.log_in(&openid).await;
    let refused = reason(system.verify(&tokens[0]).await);
    assert_eq!(refused, ErrorReason::SessionExpired);
    let refused = reason(system.refresh(&tokens[0]).await);
    assert_eq!(refused, ErrorReason::SessionExpired);
    for token in tokens[1..].iter().chain([&eleventh]) {
        system.verify(token).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_logins_never_reach_wechat() {
    crate::bounded(async {
        let system = System::start(Store::Memory).await;
        let openid = system.newcomer().await;
        let good = LoginRequest {
            code: system.wechat.code(&openid).await,
            ..LoginRequest::default()
        };
        let with = |change: fn(&mut LoginRequest)| {
            let mut request = good.clone();
            change(&mut request);
            request
        };
        let bad = [
            with(|login| login.appid = "wxnobodyservesthis".to_owned()),
            with(|login| login.appid = "wx&secret=x".to_owned()),
            with(|login| login.code = String::new()),
            with(|login| login.code = "a code&appid=other".to_owned()),
            with(|login| login.code = "x".repeat(129)),
            with(|login| login.nonce = "not a word".to_owned()),
            with(|login| login.device = "a bell\u{7}".to_owned()),
        ];
        for request in bad {
            let refused = reason(system.login_with(request).await);
            assert_eq!(refused, ErrorReason::InvalidRequest);
        }
        assert_eq!(system.wechat.calls().await, 0);
        system.login_with(good).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_named_is_the_app_logged_into() {
    crate::bounded(async {
        let system = System::start(Store::Memory).await;
        let code = system.wechat.code_of(json!({ "appid": OTHER_APPID })).await;
        let request = |appid: &str| LoginRequest {
            code: code.clone(),
            appid: appid.to_owned(),
            ..LoginRequest::default()
        };
        // Without a name the first app is meant, and WeChat gave it no such code.
        let refused = reason(system.login_with(request("")).await);
        assert_eq!(refused, ErrorReason::LoginCodeRejected);
        let login = system.login_with(request(OTHER_APPID)).await.unwrap();
        let identity = system.verify(&login.session_rd).await.unwrap().identity;
        assert_eq!(identity.unwrap().appid, OTHER_APPID);
    })
    .await;
}
