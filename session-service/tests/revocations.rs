//! The copy of the log that every token is held against: when it may be trusted, and when not.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
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
const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);
const ID: SessionId = SessionId::from_bytes([7; 16]);

/// A log whose database can go away.
struct Flaky {
    log: SqliteStore,
    away: AtomicBool,
}

impl Flaky {
    async fn at(path: &Path) -> Arc<Self> {
        let log = SqliteStore::open(path).await.unwrap();
        Arc::new(Self {
            log,
            away: AtomicBool::new(false),
        })
    }

    fn reached(&self) -> Result<&SqliteStore, StoreError> {
        let away = self.away.load(Ordering::SeqCst);
        if away {
            Err(sqlx::Error::PoolClosed.into())
        } else {
            Ok(&self.log)
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
        self.reached()?.after(number).await
    }

    async fn prune(&self, now: Timestamp) -> Result<(), StoreError> {
        self.reached()?.prune(now).await
    }
}

fn logout() -> Revocation {
    let expires_at = NOW.plus(Duration::from_hours(1));
    Revocation {
        subject: Subject::Session(ID),
        reason: Reason::Logout,
        expires_at,
    }
}

#[tokio::test]
async fn nothing_is_vouched_for_before_the_first_reading_or_long_after_the_last() {
    let dir = tempfile::tempdir().unwrap();
    let (log, clock) = (
        Flaky::at(&dir.path().join("db")).await,
        Arc::new(ManualClock::at(NOW)),
    );
    let revocations = Revocations::new(log.clone(), clock.clone(), LAG);
    let informed = |now| revocations.informed(now).map(drop);
    assert!(matches!(informed(NOW), Err(SessionError::Uninformed)));
    revocations.catch_up().await.unwrap();
    log.away.store(true, Ordering::SeqCst);
    assert!(revocations.catch_up().await.is_err());
    informed(NOW.plus(LAG)).unwrap();
    let later = NOW.plus(LAG + Duration::from_millis(1));
    assert!(matches!(informed(later), Err(SessionError::Uninformed)));
    clock.set(later);
    log.away.store(false, Ordering::SeqCst);
    revocations.catch_up().await.unwrap();
    informed(later).unwrap();
}

#[tokio::test]
async fn a_revocation_that_was_not_written_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let log = Flaky::at(&dir.path().join("db")).await;
    let revocations = Revocations::new(log.clone(), Arc::new(ManualClock::at(NOW)), LAG);
    revocations.catch_up().await.unwrap();
    log.away.store(true, Ordering::SeqCst);
    assert!(revocations.revoke(&logout()).await.is_err());
    assert!(!revocations.informed(NOW).unwrap().ends(ID));
}

#[tokio::test]
async fn another_replica_learns_of_a_logout_within_moments() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    let clock = Arc::new(ManualClock::at(NOW));
    let (one, other) = (Flaky::at(&path).await, Flaky::at(&path).await);
    let one = Revocations::new(one, clock.clone(), LAG);
    let other = Arc::new(Revocations::new(other, clock, LAG));
    let (lifecycle, readiness) = (Lifecycle::default(), Readiness::default());
    let following = other.clone();
    let (gate, stopping) = (readiness.gate("revocations"), lifecycle.stopping());
    lifecycle.spawn("follow", async move {
        following.follow(gate, stopping).await;
        Ok::<_, std::convert::Infallible>(())
    });
    let until = async |done: &dyn Fn() -> bool| {
        while !done() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let patience = Duration::from_secs(10);
    tokio::time::timeout(patience, until(&|| readiness.ready()))
        .await
        .unwrap();
    one.revoke(&logout()).await.unwrap();
    let told = || other.informed(NOW).unwrap().ends(ID);
    tokio::time::timeout(patience, until(&told)).await.unwrap();
    lifecycle.stop().await;
}
