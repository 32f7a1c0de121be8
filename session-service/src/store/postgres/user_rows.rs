//! Rows of the log that end all sessions of users, written together with what they are about.
use sqlx::{Postgres, Transaction};

use super::nudge::CHANNEL;
use crate::{
    domain::{Identity, Meanwhile, Reason, UserTag},
    store::{
        Ended, Terms,
        sql::{LogRow, ReasonRow, ended, meanwhile_of, signed},
    },
};

type Tx = Transaction<'static, Postgres>;

/// As many numbers as there are rows. The counter stays locked until the transaction ends, so that
/// numbers commit in order; the word goes out with the commit.
const WRITE: &str = "\
    WITH next AS (UPDATE revocation_counter SET number = number + cardinality($1::bytea[]) \
        RETURNING number - cardinality($1::bytea[]) AS last), \
    written AS (INSERT INTO revocations (number, subject, reason, revoked_at, expires_at) \
        SELECT next.last + those.place, those.subject, $2, $3, $4 \
        FROM next, unnest($1::bytea[]) WITH ORDINALITY AS those (subject, place) \
        RETURNING number, subject, expires_at) \
    SELECT number, subject, expires_at, pg_notify($5, '') FROM written ORDER BY number";

/// Writes one row for each of `identities`.
pub(super) async fn write(
    tx: &mut Tx,
    identities: &[Identity],
    reason: Reason,
    terms: Terms<'_>,
) -> Result<Vec<Ended>, sqlx::Error> {
    let tag = |identity: &Identity| terms.tags.tag(&identity.appid, &identity.openid);
    let tags: Vec<UserTag> = identities.iter().map(tag).collect();
    let subjects: Vec<&[u8]> = tags.iter().map(|tag| tag.as_bytes().as_slice()).collect();
    let rows: Vec<LogRow> = sqlx::query_as(WRITE)
        .bind(subjects)
        .bind(reason.as_str())
        .bind(signed(terms.now.unix_millis()))
        .bind(signed(terms.rows_until.unix_millis()))
        .bind(CHANNEL)
        .fetch_all(&mut **tx)
        .await?;
    tags.into_iter()
        .zip(rows)
        .map(|(tag, row)| ended(tag, reason, row))
        .collect()
}

/// What was decided about a user after `since`.
pub(super) async fn meanwhile(
    tx: &mut Tx,
    tag: UserTag,
    since: u64,
) -> Result<Meanwhile, sqlx::Error> {
    let rows: Vec<ReasonRow> = sqlx::query_as(
        "SELECT number, reason FROM revocations \
         WHERE octet_length(subject) = 8 AND subject = $1 AND number > $2",
    )
    .bind(tag.as_bytes().as_slice())
    .bind(signed(since))
    .fetch_all(&mut **tx)
    .await?;
    Ok(meanwhile_of(rows))
}
