//! Logging in: known again, registered, linked, or merged.
use service_kit::Timestamp;
use sqlx::PgPool;
use uuid::Uuid;

use super::{AccountRow, Tx, by_identity, is_lost_race, lock, merge::merge};
use crate::{
    domain::{Account, Merge, UnionId, UserTag},
    store::{Ended, Seen, SignedIn, Terms, postgres::user_rows::meanwhile, sql::signed},
};

/// A login, as the database needs to know it.
pub(super) struct Arrival<'a> {
    seen: &'a Seen,
    tag: UserTag,
    since: u64,
    terms: Terms<'a>,
}

impl<'a> Arrival<'a> {
    pub(super) fn new(seen: &'a Seen, since: u64, terms: Terms<'a>) -> Self {
        let tag = terms.tags.tag(&seen.appid, &seen.openid);
        Self {
            seen,
            tag,
            since,
            terms,
        }
    }
}

/// What came of one try.
enum Met {
    SignedIn(Box<SignedIn>),
    Erased,
    /// Somebody else was faster.
    LostRace,
}

/// Whoever loses a race finds the winner.
pub(super) async fn sign_in(
    pool: &PgPool,
    arrival: &Arrival<'_>,
) -> Result<Option<SignedIn>, sqlx::Error> {
    loop {
        if let Some(signed_in) = recognise(pool, arrival).await? {
            return Ok(Some(signed_in));
        }
        match get_to_know(pool, arrival).await {
            Ok(Met::SignedIn(signed_in)) => return Ok(Some(*signed_in)),
            Ok(Met::Erased) => return Ok(None),
            Err(error) if !is_lost_race(&error) => return Err(error),
            Ok(Met::LostRace) | Err(_) => {}
        }
    }
}

/// Almost every login: somebody of whom there is nothing new to learn, and about whom nothing was
/// decided meanwhile. One statement, so one look.
async fn recognise(pool: &PgPool, arrival: &Arrival<'_>) -> Result<Option<SignedIn>, sqlx::Error> {
    let Arrival {
        seen,
        tag,
        since,
        terms,
    } = arrival;
    let row: Option<AccountRow> = sqlx::query_as(concat!(
        "UPDATE accounts SET last_login_at = $4 FROM identities \
         WHERE appid = $1 AND openid = $2 AND accounts.id = account_id \
           AND ($3::text IS NULL OR unionid = $3) \
           AND NOT EXISTS (SELECT FROM revocations \
             WHERE octet_length(subject) = 8 AND subject = $5 AND number > $6) \
         RETURNING ",
        columns!()
    ))
    .bind(seen.appid.as_str())
    .bind(seen.openid.as_str())
    .bind(seen.unionid.as_ref().map(UnionId::as_str))
    .bind(signed(terms.now.unix_millis()))
    .bind(tag.as_bytes().as_slice())
    .bind(signed(*since))
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| SignedIn {
        account: row.into(),
        is_new: false,
        since: *since,
        ended: Vec::new(),
    }))
}

/// Registers, links or merges.
async fn get_to_know(pool: &PgPool, arrival: &Arrival<'_>) -> Result<Met, sqlx::Error> {
    let mut tx = pool.begin().await?;
    let Some(parties) = Parties::lock(&mut tx, arrival.seen).await? else {
        return Ok(Met::LostRace);
    };
    let (merged, ended) = parties.merge(&mut tx, arrival.terms).await?;
    let meanwhile = meanwhile(&mut tx, arrival.tag, arrival.since).await?;
    if parties.known.is_none() && meanwhile.erased() {
        return Ok(Met::Erased);
    }
    let found = merged.or_else(|| parties.found());
    let Some(account) = parties.enter(&mut tx, found, arrival).await? else {
        return Ok(Met::LostRace);
    };
    tx.commit().await?;
    Ok(Met::SignedIn(Box::new(SignedIn {
        account,
        is_new: found.is_none(),
        since: meanwhile.since(arrival.since),
        ended,
    })))
}

/// The accounts that a login may be about. They stay as they are until the transaction ends.
struct Parties {
    /// The one that has the identity.
    known: Option<Account>,
    /// The one that has the unionid.
    owner: Option<Account>,
}

impl Parties {
    /// Nothing when others merged or erased before the locks were ours.
    async fn lock(tx: &mut Tx, seen: &Seen) -> Result<Option<Self>, sqlx::Error> {
        let known = by_identity(tx, &seen.appid, &seen.openid).await?;
        let owner = by_unionid(tx, seen.unionid.as_ref().map(UnionId::as_str)).await?;
        let ids: Vec<Uuid> = known.into_iter().chain(owner).collect();
        let locked = lock(tx, &ids).await?;
        let find = |id| locked.iter().find(|account| account.id == id).cloned();
        let (held, holder) = (known.and_then(find), owner.and_then(find));
        let now = by_identity(tx, &seen.appid, &seen.openid).await?;
        let settled =
            held.as_ref().map(|account| account.id) == now && holder.is_some() == owner.is_some();
        Ok(settled.then_some(Self {
            known: held,
            owner: holder,
        }))
    }

    fn found(&self) -> Option<Uuid> {
        let found = self.known.as_ref().or(self.owner.as_ref());
        found.map(|account| account.id)
    }

    /// Makes one account of two; answers its id, and what that ended.
    async fn merge(
        &self,
        tx: &mut Tx,
        terms: Terms<'_>,
    ) -> Result<(Option<Uuid>, Vec<Ended>), sqlx::Error> {
        let both = self.known.as_ref().zip(self.owner.as_ref());
        match both.and_then(|(known, owner)| Merge::of(known, owner)) {
            Some(one) => Ok((Some(one.kept.id), merge(tx, &one, terms).await?)),
            None => Ok((None, Vec::new())),
        }
    }

    /// Registers or links where nobody has the identity, and notes the login. Nothing when somebody
    /// else was faster.
    async fn enter(
        &self,
        tx: &mut Tx,
        found: Option<Uuid>,
        arrival: &Arrival<'_>,
    ) -> Result<Option<Account>, sqlx::Error> {
        let (seen, now) = (arrival.seen, arrival.terms.now);
        let id = match found {
            Some(id) => Some(id),
            None => register(tx, seen, now).await?,
        };
        let Some(id) = id else {
            return Ok(None);
        };
        if self.known.is_none() && !identify(tx, seen, id).await? {
            return Ok(None);
        }
        let account = note_login(tx, id, seen.unionid.as_ref().map(UnionId::as_str), now).await?;
        Ok(Some(account))
    }
}

async fn by_unionid(tx: &mut Tx, unionid: Option<&str>) -> Result<Option<Uuid>, sqlx::Error> {
    let Some(unionid) = unionid else {
        return Ok(None);
    };
    sqlx::query_scalar("SELECT id FROM accounts WHERE unionid = $1")
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
    .bind(seen.unionid.as_ref().map(UnionId::as_str))
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

/// Notes the login, and a unionid that arrived later. Fails when another account has got it meanwhile.
async fn note_login(
    tx: &mut Tx,
    id: Uuid,
    unionid: Option<&str>,
    now: Timestamp,
) -> Result<Account, sqlx::Error> {
    let row: AccountRow = sqlx::query_as(concat!(
        "UPDATE accounts SET last_login_at = $1, unionid = coalesce(unionid, $2) \
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
