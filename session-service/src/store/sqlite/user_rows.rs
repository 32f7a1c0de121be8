//! Rows of the log that end all sessions of users, written together with what they are about.
use sqlx::{Sqlite, Transaction};

use super::revocations;
use crate::{
    domain::{Identity, Meanwhile, Reason, Revocation, Subject, UserTag},
    store::{
        Ended, Terms,
        sql::{ReasonRow, meanwhile_of, signed},
    },
};

type Tx = Transaction<'static, Sqlite>;

/// Writes one row for each of `identities`.
pub(super) async fn write(
    tx: &mut Tx,
    identities: &[Identity],
    reason: Reason,
    terms: Terms<'_>,
) -> Result<Vec<Ended>, sqlx::Error> {
    let mut ended = Vec::new();
    for Identity { appid, openid } in identities {
        let tag = terms.tags.tag(appid, openid);
        let revocation = Revocation {
            subject: Subject::User(tag),
            reason,
            expires_at: terms.rows_until,
        };
        let row = revocations::write(tx, &revocation, terms.now).await?;
        ended.push(Ended { tag, reason, row });
    }
    Ok(ended)
}

/// What was decided about a user after `since`.
pub(super) async fn meanwhile(
    tx: &mut Tx,
    tag: UserTag,
    since: u64,
) -> Result<Meanwhile, sqlx::Error> {
    let rows: Vec<ReasonRow> =
        sqlx::query_as("SELECT number, reason FROM revocations WHERE subject = $1 AND number > $2")
            .bind(tag.as_bytes().as_slice())
            .bind(signed(since))
            .fetch_all(&mut **tx)
            .await?;
    Ok(meanwhile_of(rows))
}
