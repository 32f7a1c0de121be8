//! Accounts and identities.
use async_trait::async_trait;
use service_kit::Timestamp;
use sqlx::{FromRow, PgPool, Postgres, Transaction};
use uuid::Uuid;

use super::PostgresStore;
use crate::{
    domain::ProfileChange,
    store::{
        Account, AccountStore, Seen, SignedIn, StoreError,
        sql::{moment, signed},
    },
};

/// Named one by one: a newer replica may add a column while we run.
macro_rules! columns {
    () => {
        "accounts.id, accounts.unionid, nickname, avatar_url, blocked_at, created_at, last_login_at"
    };
}

#[derive(FromRow)]
struct AccountRow {
    id: Uuid,
    unionid: Option<String>,
    nickname: String,
    avatar_url: String,
    blocked_at: Option<i64>,
    created_at: i64,
    last_login_at: i64,
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        Self {
            id: row.id,
            unionid: row.unionid,
            nickname: row.nickname,
            avatar_url: row.avatar_url,
            blocked_at: row.blocked_at.map(moment),
            created_at: moment(row.created_at),
            last_login_at: moment(row.last_login_at),
        }
    }
}

type Tx = Transaction<'static, Postgres>;

/// The account of an identity, which stays as it is until the transaction ends.
async fn by_identity(tx: &mut Tx, seen: &Seen) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT accounts.id FROM identities JOIN accounts ON accounts.id = account_id \
         WHERE appid = $1 AND openid = $2 FOR UPDATE",
    )
    .bind(seen.appid.as_str())
    .bind(seen.openid.as_str())
    .fetch_optional(&mut **tx)
    .await
}

async fn by_unionid(tx: &mut Tx, unionid: Option<&str>) -> Result<Option<Uuid>, sqlx::Error> {
    let Some(unionid) = unionid else {
        return Ok(None);
    };
    sqlx::query_scalar("SELECT id FROM accounts WHERE unionid = $1 FOR UPDATE")
        .bind(unionid)
        .fetch_optional(&mut **tx)
        .await
}

/// Nothing when somebody else with this unionid was faster: waits until that is certain.
async fn register(tx: &mut Tx, seen: &Seen, now: Timestamp) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar(
        "INSERT INTO accounts (id, unionid, nickname, avatar_url, created_at, last_login_at) \
         VALUES ($1, $2, '', '', $3, $3) ON CONFLICT DO NOTHING RETURNING id",
    )
    .bind(Uuid::now_v7())
    .bind(&seen.unionid)
    .bind(signed(now.unix_millis()))
    .fetch_optional(&mut **tx)
    .await
}

/// False when the identity was taken meanwhile: waits until that is certain.
async fn identify(tx: &mut Tx, seen: &Seen, account: Uuid) -> Result<bool, sqlx::Error> {
    let inserted = sqlx::query(
        "INSERT INTO identities (appid, openid, account_id) VALUES ($1, $2, $3) \
         ON CONFLICT DO NOTHING",
    )
    .bind(seen.appid.as_str())
    .bind(seen.openid.as_str())
    .bind(account)
    .execute(&mut **tx)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Notes the login, and a unionid that arrived later unless another account has it.
async fn note_login(
    tx: &mut Tx,
    id: Uuid,
    unionid: Option<&str>,
    now: Timestamp,
) -> Result<Account, sqlx::Error> {
    let row: AccountRow = sqlx::query_as(concat!(
        "UPDATE accounts SET last_login_at = $1, unionid = coalesce(unionid, \
           (SELECT $2 WHERE NOT EXISTS (SELECT 1 FROM accounts other WHERE other.unionid = $2))) \
         WHERE id = $3 RETURNING ",
        columns!()
    ))
    .bind(signed(now.unix_millis()))
    .bind(unionid)
    .bind(id)
    .fetch_one(&mut **tx)
    .await?;
    Ok(row.into())
}

/// Almost every login: somebody of whom there is nothing new to learn.
async fn recognise(
    pool: &PgPool,
    seen: &Seen,
    now: Timestamp,
) -> Result<Option<SignedIn>, sqlx::Error> {
    let row: Option<AccountRow> = sqlx::query_as(concat!(
        "UPDATE accounts SET last_login_at = $4 FROM identities \
         WHERE appid = $1 AND openid = $2 AND accounts.id = account_id \
           AND ($3::text IS NULL OR unionid = $3) \
         RETURNING ",
        columns!()
    ))
    .bind(seen.appid.as_str())
    .bind(seen.openid.as_str())
    .bind(&seen.unionid)
    .bind(signed(now.unix_millis()))
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| SignedIn {
        account: row.into(),
        is_new: false,
    }))
}

/// Registers, or links; nothing when somebody else was faster.
async fn get_to_know(
    pool: &PgPool,
    seen: &Seen,
    now: Timestamp,
) -> Result<Option<SignedIn>, sqlx::Error> {
    let mut tx = pool.begin().await?;
    let known = by_identity(&mut tx, seen).await?;
    let linked = match known {
        Some(_) => None,
        None => by_unionid(&mut tx, seen.unionid.as_deref()).await?,
    };
    let found = known.or(linked);
    let id = match found {
        Some(id) => Some(id),
        None => register(&mut tx, seen, now).await?,
    };
    let Some(id) = id else {
        return Ok(None);
    };
    if known.is_none() && !identify(&mut tx, seen, id).await? {
        return Ok(None);
    }
    let account = note_login(&mut tx, id, seen.unionid.as_deref(), now).await?;
    tx.commit().await?;
    Ok(Some(SignedIn {
        account,
        is_new: found.is_none(),
    }))
}

/// Whether the server undid a transaction only because of another one.
fn is_lost_race(error: &sqlx::Error) -> bool {
    const SERIALIZATION_FAILURE: &str = "40001";
    const DEADLOCK_DETECTED: &str = "40P01";
    let Some(error) = error.as_database_error() else {
        return false;
    };
    let undone = [SERIALIZATION_FAILURE, DEADLOCK_DETECTED];
    error.is_unique_violation() || error.code().is_some_and(|code| undone.contains(&&*code))
}

/// Whoever loses a race finds the winner.
async fn sign_in(pool: &PgPool, seen: &Seen, now: Timestamp) -> Result<SignedIn, sqlx::Error> {
    loop {
        if let Some(signed_in) = recognise(pool, seen, now).await? {
            return Ok(signed_in);
        }
        match get_to_know(pool, seen, now).await {
            Ok(Some(signed_in)) => return Ok(signed_in),
            Err(error) if !is_lost_race(&error) => return Err(error),
            Ok(None) | Err(_) => {}
        }
    }
}

#[async_trait]
impl AccountStore for PostgresStore {
    async fn sign_in(&self, seen: &Seen, now: Timestamp) -> Result<SignedIn, StoreError> {
        self.within(sign_in(&self.pool, seen, now)).await
    }

    async fn writable(&self) -> Result<(), StoreError> {
        // A server that only reads, or a user who only may, refuses this; nothing is locked.
        let locking = sqlx::query("SELECT id FROM accounts WHERE false FOR UPDATE");
        self.within(locking.execute(&self.pool)).await.map(drop)
    }

    async fn account(&self, id: Uuid) -> Result<Option<Account>, StoreError> {
        let asked = sqlx::query_as(concat!(
            "SELECT ",
            columns!(),
            " FROM accounts WHERE id = $1"
        ))
        .bind(id);
        let row: Option<AccountRow> = self.within(asked.fetch_optional(&self.pool)).await?;
        Ok(row.map(Account::from))
    }

    async fn update_profile(
        &self,
        id: Uuid,
        change: &ProfileChange,
    ) -> Result<Option<Account>, StoreError> {
        let (nickname, avatar_url) = (change.nickname.as_ref(), change.avatar_url.as_ref());
        let updated = sqlx::query_as(concat!(
            "UPDATE accounts SET nickname = coalesce($1, nickname), \
               avatar_url = coalesce($2, avatar_url) WHERE id = $3 RETURNING ",
            columns!()
        ))
        .bind(nickname.map(|nickname| nickname.as_str().to_owned()))
        .bind(avatar_url.map(|url| url.as_str().to_owned()))
        .bind(id);
        let row: Option<AccountRow> = self.within(updated.fetch_optional(&self.pool)).await?;
        Ok(row.map(Account::from))
    }
}
