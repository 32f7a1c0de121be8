//! SQLite, in a file that goes with the test.
use session_service::store::SqliteStore;
use tempfile::TempDir;

use crate::Database;

pub(crate) struct SqliteFile(TempDir);

impl SqliteFile {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
}

impl Database for SqliteFile {
    type Store = SqliteStore;

    async fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.0.path().join("wxgate.db"))
            .await
            .unwrap()
    }
}
