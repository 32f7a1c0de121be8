//! The copy of the log that every token is held against: when it may be trusted, and when not.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use service_kit::{Lifecycle, ManualClock, Readiness, Timestamp};
use session_service::{
    SessionError,
    domain::{Reason, Revocation, Row, SessionId, Subject},
    service::Revocations,
    store::{Appended, RevocationLog, SqliteStore, StoreError},
};

const LAG: Duration = Duration::from_mins(5);
const TTL: Duration = Duration::from_mins(30);
const DAY: Duration = Duration::from_hours(24);
const PATIENCE: Duration = Duration::from_secs(10);
const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);
const ID: SessionId = SessionId::from_bytes([7; 16]);

/// A log whose database can go away.
struct Flaky {
    log: Mutex<SqliteStore>,
    away: AtomicBool,
    readings: AtomicU32,
}

impl Flaky {
    async fn at(path: &Path) -> Arc<Self> {
        let log = SqliteStore::open(path).await.unwrap();
        Arc::new(Self {
            log: Mutex::new(log),
            away: AtomicBool::new(false),
            readings: AtomicU32::new(0),
        })
    }

    /// Another database takes the place of this one.
    async fn swap(&self, path: &Path) {
        let other = SqliteStore::open(path).await.unwrap();
        *self.log.lock().unwrap() = other;
    }

    fn reached(&self) -> Result<SqliteStore, StoreError> {
        let away = self.away.load(Ordering::SeqCst);
        if away {
            Err(sqlx::Error::PoolClosed.into())
        } else {
            Ok(self.log.lock().unwrap().clone())
        }
    }
}

#[async_trait]
impl RevocationLog for Flaky {
    async fn append(
        &self,
        revocation: &Revocation,
        now: Timestamp,
    ) -> Result<Appended, StoreError> {
        self.reached()?.append(revocation, now).await
    }

    async fn after(&self, number: u64) -> Result<(Vec<Row>, u64), StoreError> {
        let tail = self.reached()?.after(number).await;
        self.readings.fetch_add(1, Ordering::SeqCst);
        tail
    }

    async fn prune(&self, number: u64) -> Result<(), StoreError> {
        self.reached()?.prune(number).await
    }
}

fn logout() -> Revocation {
    logout_of(ID)
}

fn logout_of(id: SessionId) -> Revocation {
    let expires_at = NOW.plus(Duration::from_hours(1));
    Revocation {
        subject: Subject::Session(id),
        reason: Reason::Logout,
        expires_at,
    }
}

fn following(log: Arc<Flaky>, clock: &Arc<ManualClock>) -> Revocations {
    Revocations::new(log, clock.clone(), LAG, TTL)
}

/// Follows the log as a service does.
struct Followed {
    revocations: Arc<Revocations>,
    readiness: Readiness,
    lifecycle: Lifecycle,
}

impl Followed {
    async fn start(revocations: Revocations) -> Self {
        let (revocations, readiness) = (Arc::new(revocations), Readiness::default());
        let (lifecycle, following) = (Lifecycle::default(), revocations.clone());
        let (gate, stopping) = (readiness.gate("revocations"), lifecycle.stopping());
        lifecycle.spawn("follow", async move {
            following.follow(gate, stopping).await;
            Ok::<_, std::convert::Infallible>(())
        });
        until(|| readiness.ready()).await;
        Self {
            revocations,
            readiness,
            lifecycle,
        }
    }

    fn ends(&self) -> bool {
        self.revocations.informed().unwrap().ends(ID)
    }
}

async fn until(done: impl Fn() -> bool) {
    let done = async {
        while !done() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, done).await.unwrap();
}

/// Waits until the log has been read once more, from its beginning to its end.
async fn another_reading(log: &Flaky) {
    let before = log.readings.load(Ordering::SeqCst);
    until(|| log.readings.load(Ordering::SeqCst) >= before + 2).await;
}

#[tokio::test]
async fn nothing_is_vouched_for_before_the_first_reading_or_long_after_the_last() {
    let dir = tempfile::tempdir().unwrap();
    let (log, clock) = (
        Flaky::at(&dir.path().join("db")).await,
        Arc::new(ManualClock::at(NOW)),
    );
    let revocations = following(log.clone(), &clock);
    let informed = || revocations.informed().map(drop);
    assert!(matches!(informed(), Err(SessionError::Uninformed)));
    revocations.catch_up().await.unwrap();
    log.away.store(true, Ordering::SeqCst);
    assert!(revocations.catch_up().await.is_err());
    clock.advance(LAG);
    informed().unwrap();
    clock.advance(Duration::from_millis(1));
    assert!(matches!(informed(), Err(SessionError::Uninformed)));
    log.away.store(false, Ordering::SeqCst);
    revocations.catch_up().await.unwrap();
    informed().unwrap();
}

#[tokio::test]
async fn a_clock_that_jumps_makes_no_reading_older_or_younger() {
    let dir = tempfile::tempdir().unwrap();
    let log = Flaky::at(&dir.path().join("db")).await;
    let clock = Arc::new(ManualClock::at(NOW));
    let revocations = following(log, &clock);
    revocations.catch_up().await.unwrap();
    clock.set(NOW.plus(DAY));
    revocations.informed().map(drop).unwrap();
    clock.set(Timestamp::default());
    clock.advance(LAG + Duration::from_millis(1));
    let informed = revocations.informed().map(drop);
    assert!(matches!(informed, Err(SessionError::Uninformed)));
}

#[tokio::test]
async fn a_clock_that_jumps_lets_no_ended_session_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let log = Flaky::at(&dir.path().join("db")).await;
    let clock = Arc::new(ManualClock::at(NOW));
    let followed = Followed::start(following(log.clone(), &clock)).await;
    // A replica whose clock is a day behind: its row is over before it begins.
    let behind = Revocation {
        expires_at: Timestamp::from_unix_seconds(1),
        ..logout()
    };
    log.append(&behind, Timestamp::default()).await.unwrap();
    until(|| followed.ends()).await;
    for jump in [NOW.plus(DAY), Timestamp::default(), NOW] {
        clock.set(jump);
        clock.advance(Duration::from_mins(10));
        another_reading(&log).await;
        assert!(followed.ends());
    }
    assert_eq!(log.after(0).await.unwrap().0.len(), 1);
    followed.lifecycle.stop().await;
}

#[tokio::test]
async fn a_row_goes_when_no_token_it_could_refuse_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let log = Flaky::at(&dir.path().join("db")).await;
    let clock = Arc::new(ManualClock::at(NOW));
    let followed = Followed::start(following(log.clone(), &clock)).await;
    followed.revocations.revoke(&logout()).await.unwrap();
    // Looked at every ten minutes: after that it is marked, and it stays for a token's life and more.
    for _ in 0..4 {
        clock.advance(Duration::from_mins(10));
        another_reading(&log).await;
        assert!(followed.ends());
    }
    clock.advance(Duration::from_mins(10));
    another_reading(&log).await;
    until(|| !followed.ends()).await;
    let emptied = async {
        while !log.after(0).await.unwrap().0.is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, emptied).await.unwrap();
    assert!(followed.readiness.ready());
    followed.lifecycle.stop().await;
}

#[tokio::test]
async fn a_revocation_that_was_not_written_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let log = Flaky::at(&dir.path().join("db")).await;
    let revocations = following(log.clone(), &Arc::new(ManualClock::at(NOW)));
    revocations.catch_up().await.unwrap();
    log.away.store(true, Ordering::SeqCst);
    assert!(revocations.revoke(&logout()).await.is_err());
    assert!(!revocations.informed().unwrap().ends(ID));
}

#[tokio::test]
async fn another_replica_learns_of_a_logout_within_moments() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    let clock = Arc::new(ManualClock::at(NOW));
    let (one, other) = (Flaky::at(&path).await, Flaky::at(&path).await);
    let one = following(one, &clock);
    let other = Followed::start(following(other, &clock)).await;
    one.revoke(&logout()).await.unwrap();
    until(|| other.ends()).await;
    other.lifecycle.stop().await;
}

#[tokio::test]
async fn what_an_older_database_is_told_is_learnt_although_its_numbers_are_used_again() {
    let dir = tempfile::tempdir().unwrap();
    let log = Flaky::at(&dir.path().join("db")).await;
    let followed = Followed::start(following(log.clone(), &Arc::new(ManualClock::at(NOW)))).await;
    for id in 1..=3 {
        let lost = logout_of(SessionId::from_bytes([id; 16]));
        log.append(&lost, NOW).await.unwrap();
    }
    another_reading(&log).await;
    log.swap(&dir.path().join("older")).await;
    log.append(&logout(), NOW).await.unwrap();
    until(|| followed.ends()).await;
    // What the log has lost was true all the same.
    let lost = SessionId::from_bytes([1; 16]);
    assert!(followed.revocations.informed().unwrap().ends(lost));
    followed.lifecycle.stop().await;
}
