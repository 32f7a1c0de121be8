//! What we cannot tell is never the user's fault.
use std::time::{Duration, Instant};

use session_service::Config;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use testkit::{assert_in_time, timed};
use wx_proto::{
    common::v1::ErrorReason,
    session::v1::{UpdateProfileRequest, get_user_request::Who},
};

use crate::{
    bounded,
    edge::{Answer, reason},
    on_every_store,
    system::{Store, System},
};

const TIMEOUT: Duration = Duration::from_secs(1);

on_every_store!(sessions_go_on_without_crypto_service);

fn impatient(config: &mut Config) {
    config.redis.as_mut().unwrap().timeout = TIMEOUT;
}

async fn profile(system: &System, token: &str) -> Answer<()> {
    let request = UpdateProfileRequest {
        session_rd: token.to_owned(),
        nickname: Some("Mei".to_owned()),
        avatar_url: None,
    };
    system.update_profile(request).await.map(|_| ())
}

/// Every call that needs Redis says that a store is away, and says when to ask again.
async fn assert_all_unavailable(system: &System, openid: &str, token: &str) {
    let code = system.wechat.code(openid).await;
    let data = system.wechat.open_data(openid, "phone").await;
    let answers = [
        system.verify(token).await.map(|_| ()),
        system.refresh(token).await.map(|_| ()),
        system.decrypt(token, data).await.map(|_| ()),
        profile(system, token).await,
        system.login(&code).await.map(|_| ()),
    ];
    for answer in answers {
        let refused = answer.unwrap_err();
        assert_eq!(refused.reason, ErrorReason::StoreUnavailable);
        assert!(refused.retry_after.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hung_redis_ends_no_session() {
    bounded(timed(async || {
        let mut system = System::with(Store::Redis, impatient).await;
        let openid = system.newcomer().await;
        let token = system.log_in(&openid).await;
        system.verify(&token).await.unwrap();
        system.redis().pause().await;
        let asked = Instant::now();
        let refused = reason(system.verify(&token).await);
        assert_eq!(refused, ErrorReason::StoreUnavailable);
        assert_in_time(asked.elapsed() < TIMEOUT * 2, &asked.elapsed());
        assert_all_unavailable(&system, &openid, &token).await;
        system.redis().resume();
        still_alive_soon(&system, &token).await;
    }))
    .await;
}

/// Asks until the store is back; any other refusal is a failure.
async fn still_alive_soon(system: &System, token: &str) {
    while let Err(refused) = system.verify(token).await {
        assert_eq!(refused.reason, ErrorReason::StoreUnavailable);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_redis_ends_no_session() {
    bounded(timed(async || {
        let mut system = System::with(Store::Redis, impatient).await;
        let openid = system.newcomer().await;
        let token = system.log_in(&openid).await;
        system.redis().kill();
        assert_all_unavailable(&system, &openid, &token).await;
        system.redis().revive().await;
        let back = Instant::now();
        // It came back empty: now, and only now, the session is known to be gone.
        let gone = loop {
            match reason(system.verify(&token).await) {
                ErrorReason::StoreUnavailable => {
                    assert_in_time(back.elapsed() < Duration::from_secs(2), &back.elapsed());
                }
                other => break other,
            }
        };
        assert_eq!(gone, ErrorReason::SessionExpired);
        let again = system.log_in(&openid).await;
        system.verify(&again).await.unwrap();
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_needs_no_redis() {
    bounded(async {
        let mut system = System::with(Store::Redis, impatient).await;
        let (hung, dead) = (system.token().await, system.token().await);
        system.redis().pause().await;
        system.logout(&hung).await.unwrap();
        let refused = reason(system.verify(&hung).await);
        assert_eq!(refused, ErrorReason::SessionRevoked);
        // The record is still there when Redis is back; the row holds all the same.
        system.redis().resume();
        let refused = reason(system.refresh(&hung).await);
        assert_eq!(refused, ErrorReason::SessionRevoked);
        still_alive_soon(&system, &dead).await;
        system.redis().kill();
        system.logout(&dead).await.unwrap();
        let refused = reason(system.verify(&dead).await);
        assert_eq!(refused, ErrorReason::SessionRevoked);
    })
    .await;
}

/// Why a token is refused, once the store can tell.
async fn settled(system: &System, token: &str) -> ErrorReason {
    loop {
        match reason(system.verify(token).await) {
            ErrorReason::StoreUnavailable => tokio::time::sleep(Duration::from_millis(10)).await,
            told => return told,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operators_word_needs_no_redis() {
    bounded(async {
        let mut system = System::with(Store::Redis, impatient).await;
        let mut users = Vec::new();
        for openid in ["oKicked", "oBlocked", "oErased"] {
            let login = system.log_in_as(openid, None).await;
            users.push((login.user.unwrap().id, login.session_rd));
        }
        system.redis().pause().await;
        system.end_all_of(&users[0].0).await.unwrap();
        system.block(&users[1].0).await.unwrap();
        system.erase_user(&users[2].0).await.unwrap();
        // The records are still there when Redis is back; the rows hold all the same, and no list
        // shows what they have ended.
        system.redis().resume();
        for (_, token) in &users {
            assert_eq!(settled(&system, token).await, ErrorReason::SessionRevoked);
            let refused = reason(system.refresh(token).await);
            assert_eq!(refused, ErrorReason::SessionRevoked);
        }
        let kept = system.kept_of_sessions().await;
        assert!(kept.iter().any(|(key, _)| key.contains(":s:")), "{kept:?}");
        for (id, _) in &users[..2] {
            assert_eq!(system.list_of(id).await.unwrap(), []);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_nobody_is_erased_by_a_token_that_may_be_over() {
    bounded(async {
        let mut system = System::with(Store::Redis, impatient).await;
        let login = system.log_in_as("oMei", None).await;
        let (id, token) = (login.user.unwrap().id, login.session_rd);
        system.redis().pause().await;
        let refused = reason(system.erase_me(&token).await);
        assert_eq!(refused, ErrorReason::StoreUnavailable);
        system.redis().resume();
        still_alive_soon(&system, &token).await;
        system.user(&id).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_written_changes_nobody() {
    bounded(async {
        let system = System::start(Store::Memory).await;
        let login = system.log_in_as("oMei", None).await;
        let (id, token) = (login.user.unwrap().id, login.session_rd);
        let known = system.known(Who::UserId(id.clone())).await.unwrap();
        let file = SqliteConnectOptions::new().filename(system.database());
        let mut other = SqliteConnection::connect_with(&file).await.unwrap();
        let writing = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
        let refused = [
            reason(system.erase_me(&token).await),
            reason(system.erase_user(&id).await),
            reason(system.block(&id).await),
            reason(system.unblock(&id).await),
            reason(system.end_all_of(&id).await),
        ];
        assert_eq!(refused, [ErrorReason::StoreUnavailable; 5]);
        system.verify(&token).await.unwrap();
        writing.rollback().await.unwrap();
        system.verify(&token).await.unwrap();
        let now = system.known(Who::UserId(id.clone())).await.unwrap();
        assert!(now == known);
        system.erase_me(&token).await.unwrap();
    })
    .await;
}

async fn sessions_go_on_without_crypto_service(store: Store) {
    let mut system = System::start(store).await;
    let openid = system.newcomer().await;
    let (token, other) = (system.log_in(&openid).await, system.log_in(&openid).await);
    let data = system.wechat.open_data(&openid, "phone").await;
    system.crypto.stop().await;
    system.verify(&token).await.unwrap();
    let token = system.refresh(&token).await.unwrap();
    system.logout(&other).await.unwrap();
    let newcomer = system.newcomer().await;
    let code = system.wechat.code(&newcomer).await;
    let refused = reason(system.login(&code).await);
    assert_eq!(refused, ErrorReason::StoreUnavailable);
    // More often than a user may fail: the outage costs them nothing.
    for _ in 0..12 {
        let refused = reason(system.decrypt(&token, data.clone()).await);
        assert_eq!(refused, ErrorReason::StoreUnavailable);
    }
    system.crypto.start_again().await;
    system.decrypt(&token, data).await.unwrap();
    system.log_in(&newcomer).await;
}
