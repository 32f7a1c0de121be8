//! PostgreSQL: a database of the test's own, in a server that tests share.
use std::sync::Arc;

use session_service::store::{PostgresSettings, PostgresStore};
use testkit::PostgresServer;

use crate::Database;

pub(crate) struct PostgresDatabase {
    url: String,
    _server: Arc<PostgresServer>,
}

impl PostgresDatabase {
    pub(crate) async fn new() -> Self {
        let server = PostgresServer::shared().await;
        Self {
            url: server.database().await,
            _server: server,
        }
    }
}

impl Database for PostgresDatabase {
    type Store = PostgresStore;

    async fn open(&self) -> PostgresStore {
        open(&self.url).await
    }
}

pub(crate) fn settings(url: &str) -> PostgresSettings {
    PostgresSettings {
        url: url.into(),
        password: None,
        connections: 8,
    }
}

pub(crate) async fn open(url: &str) -> PostgresStore {
    PostgresStore::open(&settings(url)).await.unwrap()
}
