//! Accounts and identities.
use async_trait::async_trait;
use service_kit::Timestamp;
use sqlx::{FromRow, Sqlite, Transaction};
use uuid::Uuid;

use super::SqliteStore;
use crate::{
    domain::ProfileChange,
    store::{
        Account, AccountStore, Seen, SignedIn, StoreError,
        sql::{moment, signed},
    },
};

#[derive(FromRow)]
struct AccountRow {
    id: Vec<u8>,
    unionid: Option<String>,
    nickname: String,
    avatar_url: String,
    blocked_at: Option<i64>,
    created_at: i64,
    last_login_at: i64,
}

impl TryFrom<AccountRow> for Account {
    type Error = sqlx::Error;

    fn try_from(row: AccountRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: Uuid::from_slice(&row.id).map_err(|error| sqlx::Error::Decode(error.into()))?,
            unionid: row.unionid,
            nickname: row.nickname,
            avatar_url: row.avatar_url,
            blocked_at: row.blocked_at.map(moment),
            created_at: moment(row.created_at),
            last_login_at: moment(row.last_login_at),
        })
    }
}

type Tx = Transaction<'static, Sqlite>;

async fn by_id(tx: &mut Tx, id: Uuid) -> Result<Option<Account>, sqlx::Error> {
    let row: Option<AccountRow> = sqlx::query_as("SELECT * FROM accounts WHERE id = ?")
        .bind(id.as_bytes().as_slice())
        .fetch_optional(&mut **tx)
        .await?;
    row.map(Account::try_from).transpose()
}

async fn by_identity(tx: &mut Tx, seen: &Seen) -> Result<Option<Account>, sqlx::Error> {
    let row: Option<AccountRow> = sqlx::query_as(
        "SELECT accounts.* FROM identities JOIN accounts ON accounts.id = account_id \
         WHERE appid = ? AND openid = ?",
    )
    .bind(seen.appid.as_str())
    .bind(seen.openid.as_str())
    .fetch_optional(&mut **tx)
    .await?;
    row.map(Account::try_from).transpose()
}

async fn by_unionid(tx: &mut Tx, unionid: Option<&str>) -> Result<Option<Account>, sqlx::Error> {
    let Some(unionid) = unionid else {
        return Ok(None);
    };
    let row: Option<AccountRow> = sqlx::query_as("SELECT * FROM accounts WHERE unionid = ?")
        .bind(unionid)
        .fetch_optional(&mut **tx)
        .await?;
    row.map(Account::try_from).transpose()
}

async fn register(tx: &mut Tx, seen: &Seen, now: Timestamp) -> Result<Uuid, sqlx::Error> {
    let id = Uuid::now_v7();
    sqlx::query(
        "INSERT INTO accounts (id, unionid, nickname, avatar_url, created_at, last_login_at) \
         VALUES (?, ?, '', '', ?, ?)",
    )
    .bind(id.as_bytes().as_slice())
    .bind(&seen.unionid)
    .bind(signed(now.unix_millis()))
    .bind(signed(now.unix_millis()))
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

async fn identify(tx: &mut Tx, seen: &Seen, account: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO identities (appid, openid, account_id) VALUES (?, ?, ?)")
        .bind(seen.appid.as_str())
        .bind(seen.openid.as_str())
        .bind(account.as_bytes().as_slice())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Notes the login, and a unionid that arrived later unless another account has it.
async fn note_login(
    tx: &mut Tx,
    id: Uuid,
    unionid: Option<&str>,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE accounts SET last_login_at = ?, unionid = coalesce(unionid, \
           (SELECT ? WHERE NOT EXISTS (SELECT 1 FROM accounts other WHERE other.unionid = ?))) \
         WHERE id = ?",
    )
    .bind(signed(now.unix_millis()))
    .bind(unionid)
    .bind(unionid)
    .bind(id.as_bytes().as_slice())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A new account, a new identity and what indexes need are less than this. The content is another each
/// time: SQLite does not write what is there already.
const AS_A_LOGIN_WOULD: &str = "UPDATE trial SET filling = randomblob(60000)";

impl SqliteStore {
    async fn found_or_registered(
        &self,
        seen: &Seen,
        now: Timestamp,
    ) -> Result<SignedIn, sqlx::Error> {
        let mut tx = self.begin().await?;
        let known = by_identity(&mut tx, seen).await?;
        let linked = match known {
            Some(_) => None,
            None => by_unionid(&mut tx, seen.unionid.as_deref()).await?,
        };
        let is_new = known.is_none() && linked.is_none();
        let id = match known.as_ref().or(linked.as_ref()) {
            Some(account) => account.id,
            None => register(&mut tx, seen, now).await?,
        };
        if known.is_none() {
            identify(&mut tx, seen, id).await?;
        }
        note_login(&mut tx, id, seen.unionid.as_deref(), now).await?;
        let account = by_id(&mut tx, id).await?.ok_or(sqlx::Error::RowNotFound)?;
        self.commit(tx).await?;
        Ok(SignedIn { account, is_new })
    }

    /// Writes something, unless that was done a moment ago.
    async fn tried(&self) -> Result<(), sqlx::Error> {
        if self.disk.is_proven() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        // Whoever wrote while we waited has tried it for us.
        if self.disk.is_proven() {
            return tx.rollback().await;
        }
        sqlx::query(AS_A_LOGIN_WOULD).execute(&mut *tx).await?;
        self.commit(tx).await
    }

    async fn changed(
        &self,
        id: Uuid,
        change: &ProfileChange,
    ) -> Result<Option<Account>, sqlx::Error> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "UPDATE accounts SET nickname = coalesce(?, nickname), \
               avatar_url = coalesce(?, avatar_url) WHERE id = ?",
        )
        .bind(
            change
                .nickname
                .as_ref()
                .map(|nickname| nickname.as_str().to_owned()),
        )
        .bind(
            change
                .avatar_url
                .as_ref()
                .map(|url| url.as_str().to_owned()),
        )
        .bind(id.as_bytes().as_slice())
        .execute(&mut *tx)
        .await?;
        let account = by_id(&mut tx, id).await?;
        self.commit(tx).await?;
        Ok(account)
    }
}

#[async_trait]
impl AccountStore for SqliteStore {
    async fn sign_in(&self, seen: &Seen, now: Timestamp) -> Result<SignedIn, StoreError> {
        self.within(self.found_or_registered(seen, now)).await
    }

    async fn writable(&self) -> Result<(), StoreError> {
        self.within(self.tried()).await
    }

    async fn account(&self, id: Uuid) -> Result<Option<Account>, StoreError> {
        self.within(async { by_id(&mut self.read.begin().await?, id).await })
            .await
    }

    async fn update_profile(
        &self,
        id: Uuid,
        change: &ProfileChange,
    ) -> Result<Option<Account>, StoreError> {
        self.within(self.changed(id, change)).await
    }
}
