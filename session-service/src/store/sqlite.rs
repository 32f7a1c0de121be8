//! Accounts and revocations in one SQLite file: the embedded default.
mod accounts;
mod disk;
mod place;
mod revocations;
mod user_rows;

use std::{fs::OpenOptions, os::unix::fs::OpenOptionsExt, path::Path, time::Duration};

use sqlx::{
    Connection, Sqlite, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use self::{disk::Disk, place::Place};
use super::{StoreError, sql::asked, statement::Statement};

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
    disk: Disk,
    place: Place,
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
        let write = pool(1).connect_with(options.clone()).await?;
        let read = pool(4).connect_with(options).await?;
        let store = Self {
            read,
            write,
            disk: Disk::default(),
            place: Place::of(path).map_err(sqlx::Error::Io)?,
        };
        if let Err(error) = store.settle().await {
            // Nothing is written until it is settled; what is there can be read.
            tracing::warn!(
                error = service_kit::causes(&error),
                "the database cannot be written"
            );
        }
        sqlx::migrate!("migrations/sqlite")
            .run(&store.write)
            .await?;
        Ok(store)
    }

    /// Moves what the write-ahead log holds into the database, and starts the log anew.
    ///
    /// After a failed write, or when the process before us has ended, the operating system may show us
    /// a log that is not all on the disk. What is appended to such a log would be lost with it.
    async fn settle(&self) -> Result<(), sqlx::Error> {
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(&self.write)
            .await?;
        // Where another process reads, the log stays as it is: that process keeps it.
        self.disk.settled();
        Ok(())
    }

    /// A transaction that takes the write lock at once, so that it cannot lose it half-way.
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.place.check()?;
        if self.disk.is_doubtful() {
            self.settle().await?;
        }
        self.write.begin_with("BEGIN IMMEDIATE").await
    }

    /// Ends a transaction that has written: then it is on disk.
    async fn commit(&self, tx: Transaction<'static, Sqlite>) -> Result<(), sqlx::Error> {
        tx.commit().await?;
        self.disk.wrote();
        Ok(())
    }

    /// Gives up on a disk that hangs.
    async fn within<T>(
        &self,
        statement: Statement,
        answer: impl Future<Output = Result<T, sqlx::Error>> + Send,
    ) -> Result<T, StoreError> {
        let answered = asked("sqlite", statement, answer).await;
        answered.map_err(|error| {
            self.disk.failed(&error);
            StoreError::Sql(error)
        })
    }
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(BUSY)
        // When the disk fails, SQLite ends the transaction by itself; the driver believes it to be open
        // still, and would never begin another one on that connection.
        .before_acquire(|connection, _| {
            let idle = !connection.is_in_transaction();
            Box::pin(async move { Ok(idle) })
        })
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
