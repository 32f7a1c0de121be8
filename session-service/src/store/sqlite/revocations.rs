//! The log of revocations.
use async_trait::async_trait;
use service_kit::Timestamp;
use sqlx::{Sqlite, Transaction};

use super::SqliteStore;
use crate::{
    domain::{Revocation, Row, Subject},
    store::{
        Appended, RevocationLog, StoreError,
        sql::{LogRow, bytes, signed, unsigned},
        statement,
    },
};

type Tx = Transaction<'static, Sqlite>;

async fn earlier(tx: &mut Tx, subject: &Subject) -> Result<Option<Row>, sqlx::Error> {
    let Subject::Session(id) = subject else {
        return Ok(None);
    };
    let row: Option<LogRow> =
        sqlx::query_as("SELECT number, subject, expires_at FROM revocations WHERE subject = ?")
            .bind(id.as_bytes().as_slice())
            .fetch_optional(&mut **tx)
            .await?;
    row.map(Row::try_from).transpose()
}

/// The counter moves in the row's own transaction, so numbers commit in order.
async fn next_number(tx: &mut Tx) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("UPDATE revocation_counter SET number = number + 1 RETURNING number")
        .fetch_one(&mut **tx)
        .await
}

/// Writes a row, whatever was written before.
pub(super) async fn write(
    tx: &mut Tx,
    revocation: &Revocation,
    now: Timestamp,
) -> Result<Row, sqlx::Error> {
    let Revocation {
        subject,
        reason,
        expires_at,
    } = *revocation;
    let number = next_number(tx).await?;
    sqlx::query(
        "INSERT INTO revocations (number, subject, reason, revoked_at, expires_at) \
         VALUES (?, ?, ?, ?, ?)",
    )
    .bind(number)
    .bind(bytes(&subject))
    .bind(reason.as_str())
    .bind(signed(now.unix_millis()))
    .bind(signed(expires_at.unix_millis()))
    .execute(&mut **tx)
    .await?;
    Ok(Row {
        number: unsigned(number),
        subject,
        expires_at,
    })
}

impl SqliteStore {
    async fn appended(
        &self,
        revocation: &Revocation,
        now: Timestamp,
    ) -> Result<Appended, sqlx::Error> {
        let mut tx = self.begin().await?;
        if let Some(row) = earlier(&mut tx, &revocation.subject).await? {
            return Ok(Appended { row, fresh: false });
        }
        let row = write(&mut tx, revocation, now).await?;
        self.commit(tx).await?;
        Ok(Appended { row, fresh: true })
    }

    async fn tail(&self, number: u64) -> Result<(Vec<Row>, u64), sqlx::Error> {
        self.place.check()?;
        let mut tx = self.read.begin().await?;
        let rows: Vec<LogRow> = sqlx::query_as(
            "SELECT number, subject, expires_at FROM revocations WHERE number > ? ORDER BY number",
        )
        .bind(signed(number))
        .fetch_all(&mut *tx)
        .await?;
        let last: i64 = sqlx::query_scalar("SELECT number FROM revocation_counter")
            .fetch_one(&mut *tx)
            .await?;
        let rows = rows
            .into_iter()
            .map(Row::try_from)
            .collect::<Result<_, _>>()?;
        Ok((rows, unsigned(last)))
    }

    async fn pruned(&self, number: u64) -> Result<(), sqlx::Error> {
        let mut tx = self.begin().await?;
        sqlx::query("DELETE FROM revocations WHERE number <= ?")
            .bind(signed(number))
            .execute(&mut *tx)
            .await?;
        self.commit(tx).await
    }
}

#[async_trait]
impl RevocationLog for SqliteStore {
    async fn append(
        &self,
        revocation: &Revocation,
        now: Timestamp,
    ) -> Result<Appended, StoreError> {
        self.within(statement::APPEND, self.appended(revocation, now))
            .await
    }

    async fn after(&self, number: u64) -> Result<(Vec<Row>, u64), StoreError> {
        self.within(statement::AFTER, self.tail(number)).await
    }

    async fn prune(&self, number: u64) -> Result<(), StoreError> {
        self.within(statement::PRUNE, self.pruned(number)).await
    }
}
