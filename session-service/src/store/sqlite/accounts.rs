//! Accounts and identities.
mod ending;
mod merge;
mod sign_in;

use async_trait::async_trait;
use sqlx::{FromRow, Sqlite, Transaction};
use uuid::Uuid;

use super::SqliteStore;
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
    unionid: Option<String>,
    nickname: String,
    avatar_url: String,
    phone: Option<Vec<u8>>,
    blocked_at: Option<i64>,
    created_at: i64,
    last_login_at: i64,
}

impl AccountRow {
    fn account(self, former_ids: Vec<Uuid>) -> Account {
        Account {
            id: self.id,
            former_ids,
            unionid: self.unionid.map(UnionId::new),
            nickname: self.nickname,
            avatar_url: self.avatar_url,
            phone: self.phone.map(SealedPhone::new),
            blocked_at: self.blocked_at.map(moment),
            created_at: moment(self.created_at),
            last_login_at: moment(self.last_login_at),
        }
    }
}

type Tx = Transaction<'static, Sqlite>;

/// The account with this id, or the one it was merged into.
async fn by_id(tx: &mut Tx, id: Uuid) -> Result<Option<Account>, sqlx::Error> {
    let row: Option<AccountRow> = sqlx::query_as(
        "SELECT * FROM accounts WHERE id = coalesce( \
           (SELECT account_id FROM account_aliases WHERE former_id = $1), $1)",
    )
    .bind(id)
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let former_ids = sqlx::query_scalar(
        "SELECT former_id FROM account_aliases WHERE account_id = $1 ORDER BY former_id",
    );
    let former_ids = former_ids.bind(row.id).fetch_all(&mut **tx).await?;
    Ok(Some(row.account(former_ids)))
}

async fn by_identity(
    tx: &mut Tx,
    appid: &AppId,
    openid: &OpenId,
) -> Result<Option<Account>, sqlx::Error> {
    let id: Option<Uuid> =
        sqlx::query_scalar("SELECT account_id FROM identities WHERE appid = $1 AND openid = $2")
            .bind(appid.as_str())
            .bind(openid.as_str())
            .fetch_optional(&mut **tx)
            .await?;
    match id {
        Some(id) => by_id(tx, id).await,
        None => Ok(None),
    }
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

/// A new account, a new identity and what indexes need are less than this. The content is another each
/// time: SQLite does not write what is there already.
const AS_A_LOGIN_WOULD: &str = "UPDATE trial SET filling = randomblob(60000)";

impl SqliteStore {
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
        self.commit(tx).await?;
        if self.disk.has_failed_lately() {
            // Where room is short, the login gets what the trial has taken.
            self.settle().await?;
        }
        Ok(())
    }

    async fn known(&self, whom: &Whom) -> Result<Option<Dossier>, sqlx::Error> {
        let mut tx = self.read.begin().await?;
        let found = match whom {
            Whom::Account(id) => by_id(&mut tx, *id).await?,
            Whom::Identity(Identity { appid, openid }) => {
                by_identity(&mut tx, appid, openid).await?
            }
        };
        let Some(account) = found else {
            return Ok(None);
        };
        let identities = identities(&mut tx, account.id).await?;
        Ok(Some(Dossier {
            account,
            identities,
        }))
    }

    async fn changed(
        &self,
        id: Uuid,
        change: &ProfileChange,
    ) -> Result<Option<Account>, sqlx::Error> {
        let mut tx = self.begin().await?;
        let Some(Account { id, .. }) = by_id(&mut tx, id).await? else {
            return Ok(None);
        };
        let (nickname, avatar_url) = (change.nickname.as_ref(), change.avatar_url.as_ref());
        sqlx::query(
            "UPDATE accounts SET nickname = coalesce($2, nickname), \
               avatar_url = coalesce($3, avatar_url) WHERE id = $1",
        )
        .bind(id)
        .bind(nickname.map(|nickname| nickname.as_str().to_owned()))
        .bind(avatar_url.map(|url| url.as_str().to_owned()))
        .execute(&mut *tx)
        .await?;
        let account = by_id(&mut tx, id).await?;
        self.commit(tx).await?;
        Ok(account)
    }

    async fn kept(
        &self,
        id: Uuid,
        before: Option<&SealedPhone>,
        phone: &SealedPhone,
    ) -> Result<bool, sqlx::Error> {
        let mut tx = self.begin().await?;
        let Some(account) = by_id(&mut tx, id).await? else {
            return Ok(false);
        };
        if account.phone.as_ref() != before {
            return Ok(false);
        }
        sqlx::query("UPDATE accounts SET phone = $2 WHERE id = $1")
            .bind(account.id)
            .bind(phone.as_bytes())
            .execute(&mut *tx)
            .await?;
        self.commit(tx).await?;
        Ok(true)
    }

    async fn let_in(&self, id: Uuid) -> Result<bool, sqlx::Error> {
        let mut tx = self.begin().await?;
        let Some(account) = by_id(&mut tx, id).await? else {
            return Ok(false);
        };
        sqlx::query("UPDATE accounts SET blocked_at = NULL WHERE id = $1")
            .bind(account.id)
            .execute(&mut *tx)
            .await?;
        self.commit(tx).await?;
        Ok(true)
    }
}

#[async_trait]
impl AccountStore for SqliteStore {
    async fn sign_in(
        &self,
        seen: &Seen,
        since: u64,
        terms: Terms<'_>,
    ) -> Result<Option<SignedIn>, StoreError> {
        self.within(statement::SIGN_IN, async {
            let mut tx = self.begin().await?;
            let signed_in = sign_in::sign_in(&mut tx, seen, since, terms).await?;
            if signed_in.is_some() {
                self.commit(tx).await?;
            }
            Ok(signed_in)
        })
        .await
    }

    async fn writable(&self) -> Result<(), StoreError> {
        self.within(statement::TRY_TO_WRITE, self.tried()).await
    }

    async fn account(&self, id: Uuid) -> Result<Option<Account>, StoreError> {
        self.within(statement::FIND, async {
            by_id(&mut self.read.begin().await?, id).await
        })
        .await
    }

    async fn dossier(&self, whom: &Whom) -> Result<Option<Dossier>, StoreError> {
        self.within(statement::DOSSIER, self.known(whom)).await
    }

    async fn update_profile(
        &self,
        id: Uuid,
        change: &ProfileChange,
    ) -> Result<Option<Account>, StoreError> {
        self.within(statement::UPDATE_PROFILE, self.changed(id, change))
            .await
    }

    async fn keep_phone(
        &self,
        id: Uuid,
        before: Option<&SealedPhone>,
        phone: &SealedPhone,
    ) -> Result<bool, StoreError> {
        self.within(statement::KEEP_PHONE, self.kept(id, before, phone))
            .await
    }

    async fn end(
        &self,
        id: Uuid,
        ending: Ending,
        terms: Terms<'_>,
    ) -> Result<Option<Vec<Ended>>, StoreError> {
        self.within(statement::END, async {
            let mut tx = self.begin().await?;
            let ended = ending::end(&mut tx, id, ending, terms).await?;
            self.commit(tx).await?;
            Ok(ended)
        })
        .await
    }

    async fn unblock(&self, id: Uuid) -> Result<bool, StoreError> {
        self.within(statement::UNBLOCK, self.let_in(id)).await
    }
}
