//! What ends all sessions of an account.
use sqlx::PgPool;
use uuid::Uuid;

use super::{Tx, identities, is_lost_race, lock};
use crate::{
    domain::{Account, Ending},
    store::{Ended, Terms, postgres::user_rows, sql::signed},
};

pub(super) async fn end(
    pool: &PgPool,
    id: Uuid,
    ending: Ending,
    terms: Terms<'_>,
) -> Result<Option<Vec<Ended>>, sqlx::Error> {
    loop {
        match try_end(pool, id, ending, terms).await {
            Err(error) if is_lost_race(&error) => {}
            settled => return settled,
        }
    }
}

async fn try_end(
    pool: &PgPool,
    id: Uuid,
    ending: Ending,
    terms: Terms<'_>,
) -> Result<Option<Vec<Ended>>, sqlx::Error> {
    let mut tx = pool.begin().await?;
    let Some(account) = hold(&mut tx, id).await? else {
        return Ok(None);
    };
    if ending == Ending::Block && account.blocked_at.is_some() {
        return Ok(Some(Vec::new()));
    }
    let identities = identities(&mut tx, account.id).await?;
    let ended = user_rows::write(&mut tx, &identities, ending.reason(), terms).await?;
    match ending {
        Ending::Kick => {}
        Ending::Block => block(&mut tx, account.id, terms).await?,
        Ending::Erase => erase(&mut tx, account.id).await?,
    }
    tx.commit().await?;
    Ok(Some(ended))
}

/// The account, locked, wherever a merge has moved it.
async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<Account>, sqlx::Error> {
    let mut current = current_id(tx, id).await?;
    loop {
        if let Some(account) = lock(tx, &[current]).await?.pop() {
            return Ok(Some(account));
        }
        let now = current_id(tx, id).await?;
        if now == current {
            return Ok(None);
        }
        current = now;
    }
}

async fn current_id(tx: &mut Tx, id: Uuid) -> Result<Uuid, sqlx::Error> {
    sqlx::query_scalar(concat!("SELECT ", current!("$1")))
        .bind(id)
        .fetch_one(&mut **tx)
        .await
}

async fn block(tx: &mut Tx, account: Uuid, terms: Terms<'_>) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE accounts SET blocked_at = $2 WHERE id = $1")
        .bind(account)
        .bind(signed(terms.now.unix_millis()))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn erase(tx: &mut Tx, account: Uuid) -> Result<(), sqlx::Error> {
    for sql in [
        "DELETE FROM identities WHERE account_id = $1",
        "DELETE FROM account_aliases WHERE account_id = $1",
        "DELETE FROM accounts WHERE id = $1",
    ] {
        sqlx::query(sql).bind(account).execute(&mut **tx).await?;
    }
    Ok(())
}
