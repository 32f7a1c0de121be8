//! The log of revocations.
use async_trait::async_trait;
use service_kit::Timestamp;
use sqlx::{FromRow, Sqlite, Transaction};

use super::{SqliteStore, moment, signed, unsigned};
use crate::{
    domain::{Revocation, Row, SessionId, Subject, UserTag},
    store::{Appended, RevocationLog, StoreError},
};

#[derive(FromRow)]
struct LogRow {
    number: i64,
    subject: Vec<u8>,
    expires_at: i64,
}

impl TryFrom<LogRow> for Row {
    type Error = sqlx::Error;

    fn try_from(row: LogRow) -> Result<Self, sqlx::Error> {
        let malformed = || sqlx::Error::Decode("a subject is 8 or 16 bytes".into());
        Ok(Self {
            number: unsigned(row.number),
            subject: subject(&row.subject).ok_or_else(malformed)?,
            expires_at: moment(row.expires_at),
        })
    }
}

/// A user tag is 8 bytes, a session id 16: the length tells them apart.
fn subject(bytes: &[u8]) -> Option<Subject> {
    match bytes.len() {
        8 => Some(Subject::User(UserTag::from_bytes(bytes.try_into().ok()?))),
        16 => Some(Subject::Session(SessionId::from_bytes(
            bytes.try_into().ok()?,
        ))),
        _ => None,
    }
}

fn bytes(subject: &Subject) -> Vec<u8> {
    match subject {
        Subject::Session(id) => id.as_bytes().to_vec(),
        Subject::User(tag) => tag.as_bytes().to_vec(),
    }
}

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

#[async_trait]
impl RevocationLog for SqliteStore {
    async fn append(
        &self,
        revocation: &Revocation,
        now: Timestamp,
    ) -> Result<Appended, StoreError> {
        let Revocation {
            subject,
            reason,
            expires_at,
        } = *revocation;
        let mut tx = self.begin().await?;
        if let Some(row) = earlier(&mut tx, &subject).await? {
            return Ok(Appended { row, fresh: false });
        }
        let number = next_number(&mut tx).await?;
        sqlx::query(
            "INSERT INTO revocations (number, subject, reason, revoked_at, expires_at) \
             VALUES (?, ?, ?, ?, ?)",
        )
        .bind(number)
        .bind(bytes(&subject))
        .bind(reason.as_str())
        .bind(signed(now.unix_millis()))
        .bind(signed(expires_at.unix_millis()))
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Appended {
            row: Row {
                number: unsigned(number),
                subject,
                expires_at,
            },
            fresh: true,
        })
    }

    async fn after(&self, number: u64) -> Result<(Vec<Row>, u64), StoreError> {
        let mut tx = self.0.begin().await?;
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

    async fn prune(&self, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM revocations WHERE expires_at <= ?")
            .bind(signed(now.unix_millis()))
            .execute(&self.0)
            .await?;
        Ok(())
    }
}
