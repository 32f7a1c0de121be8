//! What was acknowledged, and when, to be looked up in a database.
use std::{
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::future::join_all;
use sqlx::{Connection, SqliteConnection};
use testkit::Fleet;

/// Where the session's id stands in a token, after what says that it is one.
const MARK: &str = "wxs_";
const ID: std::ops::Range<usize> = 9..25;

/// A login or a logout, and when it was acknowledged, in microseconds since 1970.
struct Entry {
    at: u64,
    what: Fact,
}

enum Fact {
    /// A user's openid and id.
    Known(String, String),
    /// The id of a session that has ended.
    Ended(Vec<u8>),
}

/// Acknowledged logins and logouts, in their order.
pub(super) struct Ledger(Vec<Entry>);

impl Ledger {
    /// Lets `people` log new users in at once, and every other one out again.
    pub(super) async fn written(fleet: &Fleet, people: usize, logins: usize) -> Self {
        let name = now();
        let person = |number| written_by(fleet, format!("{name}p{number}"), logins);
        let entries = join_all((0..people).map(person)).await;
        let mut entries: Vec<Entry> = entries.into_iter().flatten().collect();
        entries.sort_by_key(|entry| entry.at);
        Self(entries)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// When each was acknowledged.
    pub(super) fn moments(&self) -> impl Iterator<Item = u64> {
        self.0.iter().map(|entry| entry.at)
    }

    /// From the first to the last.
    pub(super) fn span(&self) -> (u64, u64) {
        let ends = self.0.first().zip(self.0.last());
        let (first, last) = ends.expect("something was acknowledged");
        (first.at, last.at)
    }

    /// Asserts that the database is whole and knows all that was acknowledged until `moment`; how much
    /// that is.
    pub(super) async fn holds(&self, users: &Path, moment: u64) -> usize {
        let url = format!("sqlite:{}", users.display());
        let mut database = SqliteConnection::connect(&url).await.expect("it opens");
        let whole = sqlx::query_scalar("PRAGMA integrity_check");
        let whole: String = whole.fetch_one(&mut database).await.expect("it answers");
        assert_eq!(whole, "ok");
        let until = self.0.partition_point(|entry| entry.at <= moment);
        for entry in &self.0[..until] {
            entry.what.holds(&mut database).await;
        }
        until
    }
}

impl Fact {
    async fn holds(&self, database: &mut SqliteConnection) {
        let found: Option<String> = match self {
            Self::Known(openid, _) => {
                sqlx::query_scalar("SELECT lower(hex(account_id)) FROM identities WHERE openid = ?")
                    .bind(openid)
                    .fetch_optional(database)
                    .await
            }
            Self::Ended(session) => {
                sqlx::query_scalar("SELECT reason FROM revocations WHERE subject = ?")
                    .bind(session)
                    .fetch_optional(database)
                    .await
            }
        }
        .expect("it answers");
        let due = match self {
            Self::Known(_, id) => id.replace('-', ""),
            Self::Ended(_) => "logout".to_owned(),
        };
        assert_eq!(found, Some(due));
    }
}

async fn written_by(fleet: &Fleet, name: String, logins: usize) -> Vec<Entry> {
    let mut entries = Vec::new();
    for number in 0..logins {
        let openid = format!("o{name}x{number}");
        let login = fleet
            .phone
            .login(&fleet.wechat.login_code(&openid).await)
            .await;
        let login = login.expect(200);
        let id = login.body["user"]["id"].as_str().expect("an id").to_owned();
        let what = Fact::Known(openid, id);
        entries.push(Entry { at: now(), what });
        if number % 2 == 0 {
            let token = login.token();
            fleet.phone.logout(&token).await.expect(204);
            let bytes = URL_SAFE_NO_PAD.decode(token.trim_start_matches(MARK));
            let what = Fact::Ended(bytes.expect("base64")[ID].to_vec());
            entries.push(Entry { at: now(), what });
        }
    }
    entries
}

/// The time by which strace goes, too.
#[expect(
    clippy::disallowed_methods,
    reason = "the machine's own, to the microsecond"
)]
fn now() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("it is later");
    u64::try_from(since.as_micros()).expect("for long")
}
