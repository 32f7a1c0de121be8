//! What both databases spell alike.
use std::{io, time::Duration};

use service_kit::Timestamp;
use sqlx::FromRow;
use tracing::Instrument;

use super::{Ended, span, statement::Statement};
use crate::domain::{AppId, Identity, Meanwhile, OpenId, Reason, Row, SessionId, Subject, UserTag};

/// No question to a database takes longer, whatever it does: less than callers wait for us, so that
/// they hear why.
pub(super) const DEADLINE: Duration = Duration::from_millis(1300);

/// Asks `system`, within the call that is under way, and gives up on it after [`DEADLINE`].
pub(super) async fn asked<T>(
    system: &'static str,
    statement: Statement,
    answer: impl Future<Output = Result<T, sqlx::Error>> + Send,
) -> Result<T, sqlx::Error> {
    let span = span::of_statement(statement, system);
    let answer = bounded(DEADLINE, Box::pin(answer));
    let answered = answer.instrument(span.clone()).await;
    span::note(&span, answered)
}

/// Gives up on an answer that takes too long.
pub(super) async fn bounded<T, E: From<sqlx::Error>>(
    limit: Duration,
    answer: impl Future<Output = Result<T, E>> + Send,
) -> Result<T, E> {
    match tokio::time::timeout(limit, answer).await {
        Ok(answered) => answered,
        Err(_) => Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into()).into()),
    }
}

/// A database's integers are signed; our moments and numbers stay far below the sign.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The number that was stored.
pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// The moment that was stored, as Unix milliseconds.
pub(super) fn moment(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(unsigned(millis))
}

/// A row of the log.
#[derive(FromRow)]
pub(super) struct LogRow {
    pub(super) number: i64,
    pub(super) subject: Vec<u8>,
    pub(super) expires_at: i64,
}

impl TryFrom<LogRow> for Row {
    type Error = sqlx::Error;

    fn try_from(row: LogRow) -> Result<Self, sqlx::Error> {
        let malformed = || sqlx::Error::Decode("a subject is 8 or 16 bytes".into());
        Ok(Self {
            number: unsigned(row.number),
            subject: subject(&row.subject).ok_or_else(malformed)?,
            expires_at: moment(row.expires_at),
        })
    }
}

/// A user tag is 8 bytes, a session id 16: the length tells them apart.
fn subject(bytes: &[u8]) -> Option<Subject> {
    match bytes.len() {
        8 => Some(Subject::User(UserTag::from_bytes(bytes.try_into().ok()?))),
        16 => Some(Subject::Session(SessionId::from_bytes(
            bytes.try_into().ok()?,
        ))),
        _ => None,
    }
}

/// A subject as it is stored.
pub(super) fn bytes(subject: &Subject) -> Vec<u8> {
    match subject {
        Subject::Session(id) => id.as_bytes().to_vec(),
        Subject::User(tag) => tag.as_bytes().to_vec(),
    }
}

/// The row that ended a user's sessions.
pub(super) fn ended(tag: UserTag, reason: Reason, row: LogRow) -> Result<Ended, sqlx::Error> {
    Ok(Ended {
        tag,
        reason,
        row: row.try_into()?,
    })
}

/// Why something was decided, and when.
#[derive(FromRow)]
pub(super) struct ReasonRow {
    number: i64,
    reason: String,
}

/// What rows of one user say.
pub(super) fn meanwhile_of(rows: Vec<ReasonRow>) -> Meanwhile {
    let decided = |row: ReasonRow| (unsigned(row.number), Reason::named(&row.reason));
    Meanwhile::new(rows.into_iter().map(decided).collect())
}

/// Who somebody is in one app.
#[derive(FromRow)]
pub(super) struct IdentityRow {
    appid: String,
    openid: String,
}

impl TryFrom<IdentityRow> for Identity {
    type Error = sqlx::Error;

    fn try_from(row: IdentityRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            appid: AppId::parse(&row.appid).map_err(|error| sqlx::Error::Decode(error.into()))?,
            openid: OpenId::new(row.openid),
        })
    }
}
