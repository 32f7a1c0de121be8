//! Accounts and identities.
/// Named one by one: a newer replica may add a column while we run.
macro_rules! columns {
    () => {
        "accounts.id, accounts.unionid, nickname, avatar_url, phone, blocked_at, created_at, last_login_at, \
         ARRAY(SELECT aliases.former_id FROM account_aliases aliases \
               WHERE aliases.account_id = accounts.id ORDER BY aliases.former_id) AS former_ids"
    };
}

/// The id that a parameter stands for now: a merge may have moved it.
macro_rules! current {
    ($id:literal) => {
        concat!(
            "coalesce((SELECT aliases.account_id FROM account_aliases aliases \
                       WHERE aliases.former_id = ",
            $id,
            "), ",
            $id,
            ")"
        )
    };
}

mod dossier;
mod ending;
mod merge;
mod sign_in;

use async_trait::async_trait;
use sqlx::{FromRow, Postgres, Transaction};
use uuid::Uuid;

use super::PostgresStore;
use crate::{
    domain::{Account, AppId, Ending, Identity, OpenId, ProfileChange, SealedPhone, UnionId},
    store::{
        AccountStore, Dossier, Ended, Seen, SignedIn, StoreError, Terms, Whom,
        sql::{IdentityRow, moment},
        statement,
    },
};

#[derive(FromRow)]
struct AccountRow {
    id: Uuid,
    former_ids: Vec<Uuid>,
    unionid: Option<String>,
    nickname: String,
    avatar_url: String,
    phone: Option<Vec<u8>>,
    blocked_at: Option<i64>,
    created_at: i64,
    last_login_at: i64,
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        Self {
            id: row.id,
            former_ids: row.former_ids,
            unionid: row.unionid.map(UnionId::new),
            nickname: row.nickname,
            avatar_url: row.avatar_url,
            phone: row.phone.map(SealedPhone::new),
            blocked_at: row.blocked_at.map(moment),
            created_at: moment(row.created_at),
            last_login_at: moment(row.last_login_at),
        }
    }
}

type Tx = Transaction<'static, Postgres>;

/// Those of the accounts that there are, as they stay until the transaction ends. Always locked in
/// the order of their ids, and before the log's counter: nobody waits in a circle.
async fn lock(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Account>, sqlx::Error> {
    let rows: Vec<AccountRow> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        " FROM accounts WHERE id = ANY($1) ORDER BY id FOR UPDATE"
    ))
    .bind(ids)
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Account::from).collect())
}

/// Who the account's person is in each app.
async fn identities(tx: &mut Tx, account: Uuid) -> Result<Vec<Identity>, sqlx::Error> {
    let rows: Vec<IdentityRow> = sqlx::query_as(
        "SELECT appid, openid FROM identities WHERE account_id = $1 ORDER BY appid, openid",
    )
    .bind(account)
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(Identity::try_from).collect()
}

/// The account of an identity.
async fn by_identity(
    tx: &mut Tx,
    appid: &AppId,
    openid: &OpenId,
) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar("SELECT account_id FROM identities WHERE appid = $1 AND openid = $2")
        .bind(appid.as_str())
        .bind(openid.as_str())
        .fetch_optional(&mut **tx)
        .await
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

#[async_trait]
impl AccountStore for PostgresStore {
    async fn sign_in(
        &self,
        seen: &Seen,
        since: u64,
        terms: Terms<'_>,
    ) -> Result<Option<SignedIn>, StoreError> {
        let arrival = sign_in::Arrival::new(seen, since, terms);
        self.within(statement::SIGN_IN, sign_in::sign_in(&self.pool, &arrival))
            .await
    }

    async fn writable(&self) -> Result<(), StoreError> {
        // A server that only reads, or a user who only may, refuses this; nothing is locked.
        let locking = sqlx::query("SELECT id FROM accounts WHERE false FOR UPDATE");
        self.within(statement::TRY_TO_WRITE, locking.execute(&self.pool))
            .await
            .map(drop)
    }

    async fn account(&self, id: Uuid) -> Result<Option<Account>, StoreError> {
        let asked = sqlx::query_as(concat!(
            "SELECT ",
            columns!(),
            " FROM accounts WHERE id = ",
            current!("$1")
        ))
        .bind(id);
        let row: Option<AccountRow> = self
            .within(statement::FIND, asked.fetch_optional(&self.pool))
            .await?;
        Ok(row.map(Account::from))
    }

    async fn dossier(&self, whom: &Whom) -> Result<Option<Dossier>, StoreError> {
        self.within(statement::DOSSIER, dossier::dossier(&self.pool, whom))
            .await
    }

    async fn update_profile(
        &self,
        id: Uuid,
        change: &ProfileChange,
    ) -> Result<Option<Account>, StoreError> {
        let (nickname, avatar_url) = (change.nickname.as_ref(), change.avatar_url.as_ref());
        let updated = sqlx::query_as(concat!(
            "UPDATE accounts SET nickname = coalesce($2, nickname), \
               avatar_url = coalesce($3, avatar_url) WHERE id = ",
            current!("$1"),
            " RETURNING ",
            columns!()
        ))
        .bind(id)
        .bind(nickname.map(|nickname| nickname.as_str().to_owned()))
        .bind(avatar_url.map(|url| url.as_str().to_owned()));
        let row: Option<AccountRow> = self
            .within(
                statement::UPDATE_PROFILE,
                updated.fetch_optional(&self.pool),
            )
            .await?;
        Ok(row.map(Account::from))
    }

    async fn keep_phone(
        &self,
        id: Uuid,
        before: Option<&SealedPhone>,
        phone: &SealedPhone,
    ) -> Result<bool, StoreError> {
        let kept = sqlx::query(concat!(
            "UPDATE accounts SET phone = $2 WHERE phone IS NOT DISTINCT FROM $3 AND id = ",
            current!("$1")
        ))
        .bind(id)
        .bind(phone.as_bytes())
        .bind(before.map(SealedPhone::as_bytes));
        let kept = self
            .within(statement::KEEP_PHONE, kept.execute(&self.pool))
            .await?;
        Ok(kept.rows_affected() == 1)
    }

    async fn end(
        &self,
        id: Uuid,
        ending: Ending,
        terms: Terms<'_>,
    ) -> Result<Option<Vec<Ended>>, StoreError> {
        self.within(statement::END, ending::end(&self.pool, id, ending, terms))
            .await
    }

    async fn unblock(&self, id: Uuid) -> Result<bool, StoreError> {
        let unblocked = sqlx::query(concat!(
            "UPDATE accounts SET blocked_at = NULL WHERE id = ",
            current!("$1")
        ))
        .bind(id);
        let unblocked = self
            .within(statement::UNBLOCK, unblocked.execute(&self.pool))
            .await?;
        Ok(unblocked.rows_affected() == 1)
    }
}
