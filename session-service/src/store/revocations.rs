//! The log of revocations.
use async_trait::async_trait;
use service_kit::Timestamp;

use super::StoreError;
use crate::domain::{Revocation, Row};

/// A row, and whether this call wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The row.
    pub row: Row,
    /// False when the session had been revoked before.
    pub fresh: bool,
}

/// Keeps revocations, numbered in the order in which they commit.
#[async_trait]
pub trait RevocationLog: Send + Sync + 'static {
    /// Writes a row. Acknowledged means on disk. A session is revoked once: later calls find the
    /// first row.
    ///
    /// # Errors
    /// When the database fails: then nobody may say that the session has ended.
    async fn append(&self, revocation: &Revocation, now: Timestamp)
    -> Result<Appended, StoreError>;

    /// The rows after `number`, in order, and the log's number: the last one ever given out.
    ///
    /// # Errors
    /// When the database fails.
    async fn after(&self, number: u64) -> Result<(Vec<Row>, u64), StoreError>;

    /// Deletes the rows up to `number`, which no live token can meet.
    ///
    /// # Errors
    /// When the database fails.
    async fn prune(&self, number: u64) -> Result<(), StoreError>;

    /// Waits until something new may be in the log: a nudge, which may be missing and may be wrong.
    /// For one follower: a nudge that came since its last call counts. A log with one process that
    /// writes it needs none.
    async fn nudged(&self) {
        std::future::pending::<()>().await;
    }
}
