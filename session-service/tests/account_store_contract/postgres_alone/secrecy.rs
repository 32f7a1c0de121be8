//! The database's password stays where it belongs.
use std::error::Error;

use session_service::{
    config::DatabaseSettings,
    store::{PostgresSettings, PostgresStore, StoreError},
};
use testkit::PostgresServer;

use crate::{
    bounded,
    postgres_database::{open, settings},
};

/// All that could be logged of an error.
fn told(error: &StoreError) -> String {
    let mut told = vec![format!("{error:?}")];
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        told.push(error.to_string());
        cause = error.source();
    }
    told.join("; ")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_may_come_beside_the_address() {
    bounded(async {
        let server = PostgresServer::shared().await;
        let bare = bare(&server.database().await);
        let complete = PostgresSettings {
            password: Some(server.password().into()),
            ..settings(&bare)
        };
        PostgresStore::open(&complete).await.unwrap();
        PostgresStore::open(&settings(&bare)).await.unwrap_err();
    })
    .await;
}

/// The address without the password.
fn bare(url: &str) -> String {
    let mut bare = reqwest::Url::parse(url).unwrap();
    bare.set_password(None).unwrap();
    bare.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_password_is_not_told() {
    bounded(async {
        let server = PostgresServer::shared().await;
        let url = server.database().await;
        let wrong = PostgresSettings {
            password: Some("hunter2".into()),
            ..settings(&bare(&url))
        };
        let missing = settings(&(url + "_missing"));
        for (settings, says) in [(wrong, "authentication failed"), (missing, "not exist")] {
            let told = told(&PostgresStore::open(&settings).await.unwrap_err());
            assert!(told.contains(says), "{told}");
            let (ours, escaped) = (server.password(), "w%2For");
            for secret in ["hunter2", ours, escaped] {
                assert!(!told.contains(secret), "{told}");
                assert!(!format!("{settings:?}").contains(secret));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_malformed_address_is_refused_unseen() {
    let addresses = [
        "postgres://wxgate:hunter2@host:many/db",
        "postgres://wxgate:hun/ter2@host/db",
        "postgres://wxgate:12?hunter2@host/db",
        "postgres://wxgate@host/db?pasword=hunter2",
        "postgres://wxgate:hunter2@host/db?sslmode=hunter2",
        "mysql://wxgate:hunter2@host/db",
        "hunter2",
    ];
    for address in addresses {
        let told = told(&PostgresStore::open(&settings(address)).await.unwrap_err());
        assert!(!told.contains("ter2"), "{told}");
        assert!(told.contains("address"), "refused as such: {told}");
    }
}

#[tokio::test]
async fn two_passwords_are_one_too_many() {
    let settings = PostgresSettings {
        password: Some("hunter2".into()),
        ..settings("postgres://wxgate:hunter3@127.0.0.1:1/db")
    };
    let told = told(&PostgresStore::open(&settings).await.unwrap_err());
    assert!(told.contains("another one"), "{told}");
    assert!(!told.contains("hunter"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_shows_the_password() {
    bounded(async {
        let server = PostgresServer::shared().await;
        let url = server.database().await;
        let shown = format!("{:?} {:?}", open(&url).await, DatabaseSettings::at(&url));
        assert!(shown.contains("postgres:.."), "{shown}");
        for secret in [server.password(), "w%2For", url.as_str()] {
            assert!(!shown.contains(secret), "{shown}");
        }
    })
    .await;
}
