//! Logging in: known again, registered, linked, or merged.
use service_kit::Timestamp;
use uuid::Uuid;

use super::{Tx, by_id, by_identity, merge::merge};
use crate::{
    domain::{Account, Merge, UnionId},
    store::{Seen, SignedIn, Terms, sql::signed, sqlite::user_rows::meanwhile},
};

/// Nobody else writes meanwhile. Nothing, when the person was erased after `since`.
pub(super) async fn sign_in(
    tx: &mut Tx,
    seen: &Seen,
    since: u64,
    terms: Terms<'_>,
) -> Result<Option<SignedIn>, sqlx::Error> {
    let known = by_identity(tx, &seen.appid, &seen.openid).await?;
    let owner = by_unionid(tx, seen.unionid.as_ref().map(UnionId::as_str)).await?;
    let both = known.as_ref().zip(owner.as_ref());
    let merged = both.and_then(|(known, owner)| Merge::of(known, owner));
    let ended = match &merged {
        Some(one) => merge(tx, one, terms).await?,
        None => Vec::new(),
    };
    let tag = terms.tags.tag(&seen.appid, &seen.openid);
    let meanwhile = meanwhile(tx, tag, since).await?;
    if known.is_none() && meanwhile.erased() {
        return Ok(None);
    }
    let found = merged.map(|one| one.kept.id);
    let found = found.or(known.as_ref().or(owner.as_ref()).map(|account| account.id));
    let account = enter(tx, seen, found, known.is_none(), terms.now).await?;
    Ok(Some(SignedIn {
        account,
        is_new: found.is_none(),
        since: meanwhile.since(since),
        ended,
    }))
}

async fn by_unionid(tx: &mut Tx, unionid: Option<&str>) -> Result<Option<Account>, sqlx::Error> {
    let Some(unionid) = unionid else {
        return Ok(None);
    };
    let id: Option<Uuid> = sqlx::query_scalar("SELECT id FROM accounts WHERE unionid = $1")
        .bind(unionid)
        .fetch_optional(&mut **tx)
        .await?;
    match id {
        Some(id) => by_id(tx, id).await,
        None => Ok(None),
    }
}

/// Registers or links where nobody has the identity, and notes the login.
async fn enter(
    tx: &mut Tx,
    seen: &Seen,
    found: Option<Uuid>,
    unknown: bool,
    now: Timestamp,
) -> Result<Account, sqlx::Error> {
    let id = match found {
        Some(id) => id,
        None => register(tx, seen, now).await?,
    };
    if unknown {
        identify(tx, seen, id).await?;
    }
    note_login(tx, id, seen.unionid.as_ref().map(UnionId::as_str), now).await?;
    by_id(tx, id).await?.ok_or(sqlx::Error::RowNotFound)
}

async fn register(tx: &mut Tx, seen: &Seen, now: Timestamp) -> Result<Uuid, sqlx::Error> {
    let id = Uuid::now_v7();
    sqlx::query(
        "INSERT INTO accounts (id, unionid, nickname, avatar_url, created_at, last_login_at) \
         VALUES ($1, $2, '', '', $3, $3)",
    )
    .bind(id)
    .bind(seen.unionid.as_ref().map(UnionId::as_str))
    .bind(signed(now.unix_millis()))
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

async fn identify(tx: &mut Tx, seen: &Seen, account: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO identities (appid, openid, account_id) VALUES ($1, $2, $3)")
        .bind(seen.appid.as_str())
        .bind(seen.openid.as_str())
        .bind(account)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Notes the login, and a unionid that arrived later.
async fn note_login(
    tx: &mut Tx,
    id: Uuid,
    unionid: Option<&str>,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE accounts SET last_login_at = $1, unionid = coalesce(unionid, $2) \
         WHERE id = $3",
    )
    .bind(signed(now.unix_millis()))
    .bind(unionid)
    .bind(id)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
