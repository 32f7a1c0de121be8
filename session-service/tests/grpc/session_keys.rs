//! Whether WeChat still takes a `session_key`, and a new one in its place.
use std::time::Duration;

use serde_json::json;
use wx_proto::{common::v1::ErrorReason, session::v1::check_session_key_request::Whose};

use crate::{
    edge::{app_user, reason},
    on_every_store,
    system::{Store, System},
};

const RESET_PATH: &str = "/wxa/resetusersessionkey";

on_every_store!(
    a_key_is_valid_until_wechat_replaces_it,
    a_service_may_ask_about_a_user,
    a_reset_key_opens_what_comes_after_it,
    what_came_before_a_reset_still_opens,
    a_stale_key_cannot_be_reset,
    a_dead_token_is_replaced_once,
);

async fn a_key_is_valid_until_wechat_replaces_it(store: Store) {
    let system = System::start(store).await;
    let openid = system.newcomer().await;
    let token = system.log_in(&openid).await;
    assert_eq!(system.check_key(&token).await, Ok(true));
    system.wechat.rotate_key(&openid).await;
    assert_eq!(system.check_key(&token).await, Ok(false));
    let again = system.log_in(&openid).await;
    assert_eq!(system.check_key(&again).await, Ok(true));
    assert_eq!(system.check_key(&token).await, Ok(true), "it is the user's");
    assert_eq!(
        reason(system.check_key("x").await),
        ErrorReason::SessionInvalid
    );
}

async fn a_service_may_ask_about_a_user(store: Store) {
    let system = System::start(store).await;
    let openid = system.newcomer().await;
    let whose = |openid: &str| Whose::Identity(app_user(openid));
    let unknown = reason(system.check_key_of(whose(&openid)).await);
    assert_eq!(unknown, ErrorReason::NotFound);
    let token = system.log_in(&openid).await;
    assert_eq!(system.check_key_of(whose(&openid)).await, Ok(true));
    system.logout(&token).await.unwrap();
    let gone = reason(system.check_key_of(whose(&openid)).await);
    assert_eq!(gone, ErrorReason::NotFound);
}

async fn a_reset_key_opens_what_comes_after_it(store: Store) {
    let system = System::start(store).await;
    let openid = system.newcomer().await;
    let token = system.log_in(&openid).await;
    for _ in 0..5 {
        system.reset_key(&token).await.unwrap();
        assert_eq!(system.check_key(&token).await, Ok(true));
        let data = system.wechat.open_data(&openid, "phone").await;
        system.decrypt(&token, data).await.unwrap();
    }
}

async fn what_came_before_a_reset_still_opens(store: Store) {
    let system = System::start(store).await;
    let openid = system.newcomer().await;
    let token = system.log_in(&openid).await;
    let data = system.wechat.open_data(&openid, "phone").await;
    system.reset_key(&token).await.unwrap();
    system.decrypt(&token, data).await.unwrap();
}

async fn a_stale_key_cannot_be_reset(store: Store) {
    let system = System::start(store).await;
    let openid = system.newcomer().await;
    let token = system.log_in(&openid).await;
    system.wechat.rotate_key(&openid).await;
    let refused = reason(system.reset_key(&token).await);
    assert_eq!(refused, ErrorReason::SessionKeyExpired);
    for (errcode, expected) in [
        (87007, ErrorReason::SessionKeyExpired),
        (45011, ErrorReason::RateLimited),
        (-1, ErrorReason::WechatUnavailable),
    ] {
        let fault = json!([{ "path": RESET_PATH, "errcode": errcode }]);
        system.wechat.faults(fault).await;
        let refused = reason(system.reset_key(&token).await);
        assert_eq!(refused, expected, "{errcode}");
    }
    system.wechat.no_faults().await;
    system.pass(Duration::from_mins(1));
    let again = system.log_in(&openid).await;
    system.reset_key(&again).await.unwrap();
}

async fn a_dead_token_is_replaced_once(store: Store) {
    let system = System::start(store).await;
    let openid = system.newcomer().await;
    let token = system.log_in(&openid).await;
    system.access_token("").await.unwrap();
    for errcode in [40001, 40014, 42001] {
        system
            .wechat
            .end_tokens(json!({ "errcode": errcode }))
            .await;
        system.reset_key(&token).await.unwrap();
        assert_eq!(system.check_key(&token).await, Ok(true));
    }
    let made = system.wechat.tokens_made(fake_wechat::DEFAULT_APPID).await;
    assert_eq!(made.0, 4);
}
