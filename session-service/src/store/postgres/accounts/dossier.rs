//! All that is known of somebody.
use sqlx::PgPool;

use super::{AccountRow, Tx, by_identity, identities};
use crate::{
    domain::{Account, Identity},
    store::{Dossier, Whom},
};

async fn account(tx: &mut Tx, whom: &Whom) -> Result<Option<Account>, sqlx::Error> {
    let id = match whom {
        Whom::Account(id) => Some(*id),
        Whom::Identity(Identity { appid, openid }) => by_identity(tx, appid, openid).await?,
    };
    let row: Option<AccountRow> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        " FROM accounts WHERE id = ",
        current!("$1")
    ))
    .bind(id)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Account::from))
}

/// Of one moment, whatever is merged meanwhile.
pub(super) async fn dossier(pool: &PgPool, whom: &Whom) -> Result<Option<Dossier>, sqlx::Error> {
    let one_look = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    let mut tx = pool.begin_with(one_look).await?;
    let Some(account) = account(&mut tx, whom).await? else {
        return Ok(None);
    };
    let identities = identities(&mut tx, account.id).await?;
    Ok(Some(Dossier {
        account,
        identities,
    }))
}
