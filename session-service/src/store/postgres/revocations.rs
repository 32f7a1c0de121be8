//! The log of revocations.
use async_trait::async_trait;
use service_kit::Timestamp;
use sqlx::{FromRow, PgPool};

use super::{PostgresStore, nudge::CHANNEL};
use crate::{
    domain::{Revocation, Row, Subject},
    store::{
        Appended, RevocationLog, StoreError,
        sql::{LogRow, bytes, signed, unsigned},
        statement,
    },
};

/// One statement, so one transaction: the counter's lock is held until the row has committed, so that
/// numbers commit in order; the word goes out with the commit. A session's second row finds a first
/// one, and nothing is written.
const APPEND: &str = "\
    WITH next AS (UPDATE revocation_counter SET number = number + 1 RETURNING number), \
    written AS (INSERT INTO revocations (number, subject, reason, revoked_at, expires_at) \
        SELECT number, $1, $2, $3, $4 FROM next RETURNING number) \
    SELECT number, pg_notify($5, '') FROM written";

/// One statement, so one look: a row that commits meanwhile is above the number.
const AFTER: &str = "\
    SELECT counter.number AS last, log.number, log.subject, log.expires_at \
    FROM revocation_counter counter LEFT JOIN revocations log ON log.number > $1 \
    ORDER BY log.number";

/// The end of the log, and one of its rows where there is one.
#[derive(FromRow)]
struct TailRow {
    last: i64,
    number: Option<i64>,
    subject: Option<Vec<u8>>,
    expires_at: Option<i64>,
}

impl TailRow {
    fn row(self) -> Option<LogRow> {
        Some(LogRow {
            number: self.number?,
            subject: self.subject?,
            expires_at: self.expires_at?,
        })
    }
}

async fn earlier(pool: &PgPool, subject: &Subject) -> Result<Option<Row>, sqlx::Error> {
    let Subject::Session(id) = subject else {
        return Ok(None);
    };
    let row: Option<LogRow> = sqlx::query_as(
        "SELECT number, subject, expires_at FROM revocations \
         WHERE subject = $1 AND octet_length(subject) = 16",
    )
    .bind(id.as_bytes().as_slice())
    .fetch_optional(pool)
    .await?;
    row.map(Row::try_from).transpose()
}

/// Writes a row; answers its number, or nothing when the session has one already.
async fn write(
    pool: &PgPool,
    revocation: &Revocation,
    now: Timestamp,
) -> Result<Option<u64>, sqlx::Error> {
    let written = sqlx::query_scalar(APPEND)
        .bind(bytes(&revocation.subject))
        .bind(revocation.reason.as_str())
        .bind(signed(now.unix_millis()))
        .bind(signed(revocation.expires_at.unix_millis()))
        .bind(CHANNEL)
        .fetch_one(pool)
        .await;
    match written {
        Ok(number) => Ok(Some(unsigned(number))),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(None),
        Err(error) => Err(error),
    }
}

async fn append(
    pool: &PgPool,
    revocation: &Revocation,
    now: Timestamp,
) -> Result<Appended, sqlx::Error> {
    let Revocation {
        subject,
        expires_at,
        ..
    } = *revocation;
    loop {
        if let Some(row) = earlier(pool, &subject).await? {
            return Ok(Appended { row, fresh: false });
        }
        if let Some(number) = write(pool, revocation, now).await? {
            let row = Row {
                number,
                subject,
                expires_at,
            };
            return Ok(Appended { row, fresh: true });
        }
    }
}

#[async_trait]
impl RevocationLog for PostgresStore {
    async fn append(
        &self,
        revocation: &Revocation,
        now: Timestamp,
    ) -> Result<Appended, StoreError> {
        self.within(statement::APPEND, append(&self.pool, revocation, now))
            .await
    }

    async fn after(&self, number: u64) -> Result<(Vec<Row>, u64), StoreError> {
        let tail = sqlx::query_as(AFTER).bind(signed(number));
        let tail: Vec<TailRow> = self
            .within(statement::AFTER, tail.fetch_all(&self.pool))
            .await?;
        let last = tail.first().ok_or(sqlx::Error::RowNotFound)?.last;
        let rows = tail
            .into_iter()
            .filter_map(TailRow::row)
            .map(Row::try_from)
            .collect::<Result<_, _>>()?;
        Ok((rows, unsigned(last)))
    }

    async fn prune(&self, number: u64) -> Result<(), StoreError> {
        let delete = sqlx::query("DELETE FROM revocations WHERE number <= $1").bind(signed(number));
        self.within(statement::PRUNE, delete.execute(&self.pool))
            .await
            .map(drop)
    }

    async fn nudged(&self) {
        self.nudges.next().await;
    }
}
