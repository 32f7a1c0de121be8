//! Users and revocations in PostgreSQL.
use std::time::{Duration, Instant};

use session_service::config::{DatabaseSettings, RedisConfig};
use testkit::{PostgresServer, assert_in_time, timed};
use wx_proto::common::v1::ErrorReason;

use crate::{
    bounded,
    edge::reason,
    merges,
    system::{Store, System},
};

async fn on(server: &PostgresServer) -> System {
    let url = server.database().await;
    System::with(Store::Memory, |config| {
        config.database = DatabaseSettings::at(&url);
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_known_again_and_logs_out() {
    bounded(async {
        let server = PostgresServer::shared().await;
        let system = on(&server).await;
        let openid = system.newcomer().await;
        let code = system.wechat.code(&openid).await;
        let one = system.login(&code).await.unwrap();
        let code = system.wechat.code(&openid).await;
        let other = system.login(&code).await.unwrap();
        assert!(one.is_new && !other.is_new);
        assert_eq!(one.user.unwrap().id, other.user.unwrap().id);
        let (one, other) = (one.session_rd, other.session_rd);
        system.logout(&one).await.unwrap();
        let refused = reason(system.verify(&one).await);
        assert_eq!(refused, ErrorReason::SessionRevoked);
        system.verify(&other).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_of_both_at_once_end_as_one_user() {
    bounded(async {
        let server = PostgresServer::shared().await;
        merges::race(&on(&server).await).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_reaches_the_other_replica_within_a_second() {
    bounded(timed(async || {
        let server = PostgresServer::shared().await;
        let database = DatabaseSettings::at(&server.database().await);
        let mut keys = None;
        let mut one = System::with(Store::Redis, |config| {
            config.database = database.clone();
            keys = Some(config.keys.clone());
        })
        .await;
        let redis = RedisConfig::at(&one.redis().url());
        let other = System::with(Store::Memory, |config| {
            (config.database, config.redis) = (database, Some(redis));
            config.keys = keys.unwrap();
        })
        .await;
        let token = one.token().await;
        other.verify(&token).await.unwrap();
        one.logout(&token).await.unwrap();
        let told = Instant::now();
        // From the first moment on it has expired, as far as Redis goes; then it is known why.
        while reason(other.verify(&token).await) != ErrorReason::SessionRevoked {
            tokio::task::yield_now().await;
        }
        assert_in_time(told.elapsed() < Duration::from_secs(1), &told.elapsed());
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_postgres_sessions_go_on_and_no_code_is_spent() {
    bounded(async {
        let mut server = PostgresServer::start().await;
        let system = on(&server).await;
        let openid = system.newcomer().await;
        let token = system.log_in(&openid).await;
        let code = system.wechat.code(&openid).await;
        server.kill();
        let refused = [
            reason(system.login(&code).await),
            reason(system.logout(&token).await),
        ];
        assert_eq!(refused, [ErrorReason::StoreUnavailable; 2]);
        system.verify(&token).await.unwrap();
        let token = system.refresh(&token).await.unwrap();
        server.revive().await;
        while system.logout(&token).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(!system.login(&code).await.unwrap().is_new);
    })
    .await;
}
