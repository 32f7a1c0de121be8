//! Two accounts of one person become one.
use uuid::Uuid;

use super::{Tx, identities};
use crate::{
    domain::{Account, Merge, Reason, SealedPhone, UnionId},
    store::{Ended, Terms, sql::signed, sqlite::user_rows},
};

/// Moves everything to the older account. Answers what that ended.
pub(super) async fn merge(
    tx: &mut Tx,
    Merge { kept, gone, blocks }: &Merge,
    terms: Terms<'_>,
) -> Result<Vec<Ended>, sqlx::Error> {
    let moved = identities(tx, *gone).await?;
    let mut ended = user_rows::write(tx, &moved, Reason::Merge, terms).await?;
    if *blocks {
        let there = identities(tx, kept.id).await?;
        ended.extend(user_rows::write(tx, &there, Reason::Block, terms).await?);
    }
    move_all(tx, *gone, kept.id).await?;
    take_over(tx, kept).await?;
    Ok(ended)
}

async fn move_all(tx: &mut Tx, gone: Uuid, kept: Uuid) -> Result<(), sqlx::Error> {
    for sql in [
        "UPDATE identities SET account_id = $2 WHERE account_id = $1",
        "UPDATE account_aliases SET account_id = $2 WHERE account_id = $1",
        "INSERT INTO account_aliases (former_id, account_id) VALUES ($1, $2)",
    ] {
        sqlx::query(sql)
            .bind(gone)
            .bind(kept)
            .execute(&mut **tx)
            .await?;
    }
    // Last: nothing names it any more, and its unionid becomes free.
    sqlx::query("DELETE FROM accounts WHERE id = $1")
        .bind(gone)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn take_over(tx: &mut Tx, kept: &Account) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE accounts SET unionid = $2, nickname = $3, avatar_url = $4, blocked_at = $5, \
         phone = $6 WHERE id = $1",
    )
    .bind(kept.id)
    .bind(kept.unionid.as_ref().map(UnionId::as_str))
    .bind(&kept.nickname)
    .bind(&kept.avatar_url)
    .bind(kept.blocked_at.map(|at| signed(at.unix_millis())))
    .bind(kept.phone.as_ref().map(SealedPhone::as_bytes))
    .execute(&mut **tx)
    .await?;
    Ok(())
}
