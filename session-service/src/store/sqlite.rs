//! Accounts and revocations in one SQLite file: the embedded default.
mod accounts;
mod revocations;

use std::{fs::OpenOptions, os::unix::fs::OpenOptionsExt, path::Path, time::Duration};

use service_kit::Timestamp;
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
pub struct SqliteStore(SqlitePool);

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
        let pool = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(BUSY)
            .connect_with(options)
            .await?;
        sqlx::migrate!("migrations/sqlite").run(&pool).await?;
        Ok(Self(pool))
    }

    /// A transaction that takes the write lock at once, so that it cannot lose it half-way.
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.0.begin_with("BEGIN IMMEDIATE").await
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

/// SQLite's integers are signed; our moments and numbers stay far below the sign.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn moment(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(unsigned(millis))
}
