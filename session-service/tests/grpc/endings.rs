//! Users who are blocked, or erased.
use std::time::Duration;

use serde_json::json;
use wx_proto::{
    common::v1::ErrorReason,
    session::v1::{LoginResponse, get_user_request::Who, revoke_user_request},
};

use crate::{
    bounded,
    edge::{Answer, reason},
    on_every_store,
    operators::in_two_apps,
    system::{Store, System},
};

on_every_store!(
    a_blocked_user_is_out_until_unblocked,
    an_erased_user_leaves_nothing_and_comes_back_new,
    erasing_buys_no_new_attempts,
);

async fn a_blocked_user_is_out_until_unblocked(store: Store) {
    let system = System::start(store).await;
    let (id, one, other) = in_two_apps(&system).await;
    for _ in 0..2 {
        system.block(&id).await.unwrap();
        system.assert_revoked(&[&one, &other]).await;
        let code = system.wechat.code("oMei").await;
        let refused = reason(system.login(&code).await);
        assert_eq!(refused, ErrorReason::UserBlocked);
    }
    assert_eq!(system.count(r#"revocations_total{reason="block"}"#), 2);
    let known = system.known(Who::UserId(id.clone())).await.unwrap();
    assert!(known.blocked_at.is_some());
    for _ in 0..2 {
        system.unblock(&id).await.unwrap();
    }
    let known = system.known(Who::UserId(id)).await.unwrap();
    assert_eq!(known.blocked_at, None);
    let next = system.log_in("oMei").await;
    system.verify(&next).await.unwrap();
    system.assert_revoked(&[&one, &other]).await;
}

async fn an_erased_user_leaves_nothing_and_comes_back_new(store: Store) {
    let system = System::start(store).await;
    let (id, one, other) = in_two_apps(&system).await;
    system.erase_me(&one).await.unwrap();
    system.assert_revoked(&[&one, &other]).await;
    assert_eq!(
        system.kept_of_sessions().await,
        [],
        "no session, list or key"
    );
    assert_eq!(reason(system.user(&id).await), ErrorReason::NotFound);
    let refused = reason(system.erase_me(&other).await);
    assert_eq!(refused, ErrorReason::SessionRevoked);
    assert_eq!(reason(system.erase_user(&id).await), ErrorReason::NotFound);
    assert_eq!(system.count(r#"revocations_total{reason="erase"}"#), 2);
    let next = system.log_in_as("oMei", Some("uMei")).await;
    assert!(next.is_new);
    assert_ne!(next.user.unwrap().id, id);
    system.verify(&next.session_rd).await.unwrap();
    system.assert_revoked(&[&one, &other]).await;
}

async fn erasing_buys_no_new_attempts(store: Store) {
    let system = System::start(store).await;
    let (mei, li) = (system.newcomer().await, system.newcomer().await);
    let token = system.log_in(&mei).await;
    system.log_in(&li).await;
    let foreign = system.wechat.open_data(&li, "phone").await;
    for _ in 0..10 {
        let refused = reason(system.decrypt(&token, foreign.clone()).await);
        assert_eq!(refused, ErrorReason::DecryptFailed);
    }
    system.erase_me(&token).await.unwrap();
    let token = system.log_in(&mei).await;
    let refused = reason(system.decrypt(&token, foreign).await);
    assert_eq!(refused, ErrorReason::DecryptBudgetExhausted);
}

/// Does `act` while a login of this user waits for WeChat; answers what became of the login.
async fn while_logging_in(
    system: &System,
    openid: &str,
    act: impl AsyncFnOnce(),
) -> Answer<LoginResponse> {
    system.wechat.spoil(json!({ "delay_ms": 2000 })).await;
    let code = system.wechat.code(openid).await;
    let asked = system.wechat.calls().await;
    let acting = async {
        while system.wechat.calls().await == asked {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        act().await;
    };
    let (login, ()) = tokio::join!(system.login(&code), acting);
    login
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_in_flight_survives_no_block() {
    bounded(async {
        let system = System::start(Store::Memory).await;
        let (id, ..) = in_two_apps(&system).await;
        let block = async || system.block(&id).await.unwrap();
        let login = while_logging_in(&system, "oMei", block).await;
        assert_eq!(reason(login), ErrorReason::UserBlocked);
        assert_eq!(system.list_of(&id).await.unwrap(), []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_in_flight_outlasts_no_erasure_and_registers_nobody() {
    bounded(async {
        let system = System::start(Store::Memory).await;
        let (_, token, _) = in_two_apps(&system).await;
        let erase = async || system.erase_me(&token).await.unwrap();
        let login = while_logging_in(&system, "oMei", erase).await;
        assert_eq!(reason(login), ErrorReason::LoginCodeRejected);
        assert_eq!(system.kept_of_sessions().await, []);
        let next = system.log_in_as("oMei", Some("uMei")).await;
        assert!(next.is_new);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_in_flight_is_ended_by_a_logout_everywhere() {
    bounded(async {
        let system = System::start(Store::Memory).await;
        let (id, token, _) = in_two_apps(&system).await;
        let mine = revoke_user_request::Whose::SessionRd(token.clone());
        let leave = async || system.end_all(mine).await.unwrap();
        let login = while_logging_in(&system, "oMei", leave).await;
        assert_eq!(reason(login), ErrorReason::LoginCodeRejected);
        let elsewhere = system.list_of(&id).await.unwrap();
        assert_eq!(elsewhere.len(), 1, "the other app's");
    })
    .await;
}
