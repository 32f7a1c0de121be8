//! A session ends when its user says so.
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use wx_proto::common::v1::ErrorReason;

use crate::{
    bounded,
    edge::reason,
    on_every_store,
    system::{Store, System},
};

on_every_store!(
    a_logout_ends_every_generation,
    a_logout_ends_one_session,
    a_repeated_logout_is_no_failure,
);

async fn a_logout_ends_every_generation(store: Store) {
    let system = System::start(store).await;
    let first = system.token().await;
    let second = system.refresh(&first).await.unwrap();
    system.logout(&first).await.unwrap();
    for token in [&first, &second] {
        let verified = reason(system.verify(token).await);
        assert_eq!(verified, ErrorReason::SessionRevoked);
        let refreshed = reason(system.refresh(token).await);
        assert_eq!(refreshed, ErrorReason::SessionRevoked);
    }
    assert_eq!(system.kept_of_sessions().await, [], "nothing is left of it");
}

async fn a_logout_ends_one_session(store: Store) {
    let system = System::start(store).await;
    let openid = system.newcomer().await;
    let (one, other) = (system.log_in(&openid).await, system.log_in(&openid).await);
    system.logout(&one).await.unwrap();
    system.verify(&other).await.unwrap();
    let data = system.wechat.open_data(&openid, "phone").await;
    system.decrypt(&other, data).await.unwrap();
    system.refresh(&other).await.unwrap();
}

async fn a_repeated_logout_is_no_failure(store: Store) {
    let system = System::start(store).await;
    let token = system.token().await;
    for _ in 0..3 {
        system.logout(&token).await.unwrap();
    }
    assert_eq!(system.count(r#"revocations_total{reason="logout"}"#), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_that_cannot_be_written_changes_nothing() {
    bounded(async {
        let system = System::start(Store::Memory).await;
        let token = system.token().await;
        let file = SqliteConnectOptions::new().filename(system.database());
        let mut other = SqliteConnection::connect_with(&file).await.unwrap();
        let writing = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
        let refused = reason(system.logout(&token).await);
        assert_eq!(refused, ErrorReason::StoreUnavailable);
        system.verify(&token).await.unwrap();
        writing.rollback().await.unwrap();
        system.logout(&token).await.unwrap();
    })
    .await;
}
