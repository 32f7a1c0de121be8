//! The rules of the log of revocations.
use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use service_kit::Timestamp;
use session_service::{
    domain::{Reason, Revocation, Row, SessionId, Subject, UserTag},
    store::{Appended, RevocationLog},
};

use crate::Database;

pub(crate) const NOW: Timestamp = Timestamp::from_unix_millis(1_800_000_000_123);
const HOUR: Duration = Duration::from_hours(1);

pub(crate) fn session(n: u8) -> Subject {
    Subject::Session(SessionId::from_bytes([n; 16]))
}

fn user(n: u8) -> Subject {
    Subject::User(UserTag::from_bytes([n; 8]))
}

fn ending_at(subject: Subject, expires_at: Timestamp) -> Revocation {
    Revocation {
        subject,
        reason: Reason::Logout,
        expires_at,
    }
}

pub(crate) async fn append(log: &impl RevocationLog, subject: Subject) -> Appended {
    let revocation = ending_at(subject, NOW.plus(HOUR));
    log.append(&revocation, NOW).await.unwrap()
}

pub(crate) async fn all(log: &impl RevocationLog) -> Vec<Row> {
    log.after(0).await.unwrap().0
}

pub(crate) async fn a_new_log_is_empty(database: &impl Database) {
    let log = database.open().await;
    assert_eq!(log.after(0).await.unwrap(), (vec![], 0));
    assert_eq!(log.after(7).await.unwrap(), (vec![], 0));
}

pub(crate) async fn numbers_increase_with_each_row(database: &impl Database) {
    let log = database.open().await;
    let mut written = Vec::new();
    for subject in [session(1), user(1), session(2)] {
        let Appended { row, fresh } = append(&log, subject).await;
        assert!(fresh);
        assert_eq!((row.subject, row.expires_at), (subject, NOW.plus(HOUR)));
        written.push(row);
    }
    assert!(written.is_sorted_by(|one, next| one.number < next.number));
    let last = written[2].number;
    assert_eq!(log.after(0).await.unwrap(), (written, last));
}

/// Follows the log, as every replica does, until it has seen `count` rows.
pub(crate) async fn follow(log: Arc<impl RevocationLog>, count: usize) -> Vec<Row> {
    let (mut rows, mut number) = (Vec::new(), 0);
    while rows.len() < count {
        let (new, reached) = log.after(number).await.unwrap();
        assert!(reached >= number, "the log went back");
        assert!(
            new.iter()
                .all(|row| (number + 1..=reached).contains(&row.number))
        );
        rows.extend(new);
        number = reached;
        tokio::task::yield_now().await;
    }
    rows
}

pub(crate) async fn numbers_commit_in_order(database: &impl Database) {
    let log = Arc::new(database.open().await);
    let follower = tokio::spawn(follow(log.clone(), 50));
    let writer = |n| {
        let log = log.clone();
        tokio::spawn(async move { append(&*log, session(n)).await })
    };
    for appended in join_all((0..50).map(writer)).await {
        assert!(appended.unwrap().fresh);
    }
    // A row that commits after a greater number was read would be missed for good.
    let rows = follower.await.unwrap();
    assert!(rows.is_sorted_by(|one, next| one.number < next.number));
    assert_eq!(rows, all(&*log).await);
}

pub(crate) async fn a_session_is_revoked_once(database: &impl Database) {
    let log = database.open().await;
    let first = append(&log, session(1)).await;
    append(&log, session(2)).await;
    let again = Revocation {
        subject: session(1),
        reason: Reason::Reuse,
        expires_at: NOW.plus(HOUR * 2),
    };
    let again = log.append(&again, NOW.plus(HOUR)).await.unwrap();
    assert!(first.fresh && !again.fresh);
    assert_eq!(again.row, first.row);
    assert_eq!(all(&log).await.len(), 2);
}

pub(crate) async fn racing_revocations_of_a_session_are_one(database: &impl Database) {
    let log = Arc::new(database.open().await);
    let writer = |_| {
        let log = log.clone();
        tokio::spawn(async move { append(&*log, session(1)).await })
    };
    let written = join_all((0..20).map(writer)).await;
    let written: Vec<_> = written.into_iter().map(Result::unwrap).collect();
    assert_eq!(written.iter().filter(|written| written.fresh).count(), 1);
    assert_eq!(all(&*log).await, [written[0].row]);
    assert!(written.iter().all(|other| other.row == written[0].row));
}

pub(crate) async fn a_user_may_be_revoked_again(database: &impl Database) {
    let log = database.open().await;
    let (first, second) = (append(&log, user(1)).await, append(&log, user(1)).await);
    assert!(first.fresh && second.fresh);
    assert!(first.row.number < second.row.number);
    assert_eq!(all(&log).await, [first.row, second.row]);
}

pub(crate) async fn rows_are_read_from_a_number_on(database: &impl Database) {
    let log = database.open().await;
    let mut rows = Vec::new();
    for n in 0..5 {
        rows.push(append(&log, session(n)).await.row);
    }
    let last = rows[4].number;
    for (index, row) in rows.iter().enumerate() {
        let (after, number) = log.after(row.number).await.unwrap();
        assert_eq!(after, rows[index + 1..]);
        assert_eq!(number, last);
    }
}

pub(crate) async fn pruning_goes_by_number_and_by_no_clock(database: &impl Database) {
    let log = database.open().await;
    let mut rows = Vec::new();
    for (n, hours) in [(0, 3), (1, 1), (2, 2)] {
        let revocation = ending_at(session(n), NOW.plus(HOUR * hours));
        rows.push(log.append(&revocation, NOW).await.unwrap().row);
    }
    log.prune(rows[1].number).await.unwrap();
    assert_eq!(all(&log).await, rows[2..]);
    log.prune(0).await.unwrap();
    assert_eq!(log.after(0).await.unwrap(), (vec![rows[2]], rows[2].number));
}

pub(crate) async fn no_number_is_given_out_twice(database: &impl Database) {
    let log = database.open().await;
    append(&log, session(1)).await;
    let last = append(&log, session(2)).await.row.number;
    log.prune(last).await.unwrap();
    assert_eq!(log.after(0).await.unwrap(), (vec![], last));
    assert!(append(&log, session(3)).await.row.number > last);
}

pub(crate) async fn revocations_outlive_the_process(database: &impl Database) {
    let log = database.open().await;
    let row = append(&log, session(1)).await.row;
    drop(log);
    let log = database.open().await;
    assert_eq!(log.after(0).await.unwrap(), (vec![row], row.number));
    assert!(!append(&log, session(1)).await.fresh);
    assert!(append(&log, session(2)).await.row.number > row.number);
}
