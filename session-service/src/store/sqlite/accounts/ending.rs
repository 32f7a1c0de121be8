//! What ends all sessions of an account.
use uuid::Uuid;

use super::{Tx, by_id, identities};
use crate::{
    domain::Ending,
    store::{Ended, Terms, sql::signed, sqlite::user_rows},
};

pub(super) async fn end(
    tx: &mut Tx,
    id: Uuid,
    ending: Ending,
    terms: Terms<'_>,
) -> Result<Option<Vec<Ended>>, sqlx::Error> {
    let Some(account) = by_id(tx, id).await? else {
        return Ok(None);
    };
    if ending == Ending::Block && account.blocked_at.is_some() {
        return Ok(Some(Vec::new()));
    }
    let identities = identities(tx, account.id).await?;
    let ended = user_rows::write(tx, &identities, ending.reason(), terms).await?;
    match ending {
        Ending::Kick => {}
        Ending::Block => block(tx, account.id, terms).await?,
        Ending::Erase => erase(tx, account.id).await?,
    }
    Ok(Some(ended))
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
