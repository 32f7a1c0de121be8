//! Accounts and revocations in one SQLite file: the embedded default.
mod accounts;
mod revocations;

use std::{fs::OpenOptions, os::unix::fs::OpenOptionsExt, path::Path, time::Duration};

use sqlx::{
    Sqlite, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::StoreError;

/// A writer waits this long for another one: less than callers wait for us, so that they hear why.
const BUSY: Duration = Duration::from_secs(1);

/// Keeps accounts and revocations in SQLite.
///
/// Write-ahead log, and `synchronous = FULL`: what was acknowledged is on disk.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    /// Readers never wait for a writer: the write-ahead log lets them look past it.
    read: SqlitePool,
    write: SqlitePool,
}

impl SqliteStore {
    /// Opens the file, makes it where it is missing, and brings its tables up to date.
    ///
    /// # Errors
    /// When the file cannot be opened, or is not ours.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        reserve(path).map_err(sqlx::Error::Io)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY);
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(BUSY)
        };
        let write = pool(1).connect_with(options.clone()).await?;
        sqlx::migrate!("migrations/sqlite").run(&write).await?;
        let read = pool(4).connect_with(options).await?;
        Ok(Self { read, write })
    }

    /// A transaction that takes the write lock at once, so that it cannot lose it half-way.
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.write.begin_with("BEGIN IMMEDIATE").await
    }
}

/// Makes the file, where it is missing, for its owner alone: it names users. SQLite gives the files
/// beside it the same mode.
fn reserve(path: &Path) -> std::io::Result<()> {
    let mut file = OpenOptions::new();
    file.create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map(drop)
}
