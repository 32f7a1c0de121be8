//! The `access_token` of an app, and the lease on fetching the next one.
use std::time::Duration;

use futures::future::join_all;
use service_kit::{Key, Timestamp};
use session_service::{
    domain::{AppId, CurrentToken, Lease},
    store::{Change, Read, Records, Seal},
};
use wx_client::AccessToken;

use crate::subject::{LONG, Subject};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

fn records(subject: &Subject) -> Records {
    let key = Key::from_bytes([7; 32]);
    Records::new(subject.store.clone(), Seal::derive(&key))
}

fn app(name: &str) -> AppId {
    AppId::parse(name).unwrap()
}

fn token(appid: &AppId, text: &str) -> CurrentToken {
    CurrentToken {
        token: AccessToken::parse(appid.as_str(), text.to_owned()).unwrap(),
        expires_at: NOW.plus(LONG),
    }
}

fn lease(holder: u8) -> Lease {
    Lease::begin([holder; 8], LONG, NOW)
}

async fn found(records: &Records, appid: &AppId) -> (Read<CurrentToken>, Read<Lease>) {
    records.access_token(appid).await.unwrap()
}

async fn take(records: &Records, appid: &AppId, holder: u8, life: Duration) -> bool {
    let (_, read) = found(records, appid).await;
    if read.value.is_some() {
        return false;
    }
    let change = Change::default().put(&read, &lease(holder), life);
    records.commit(change).await.unwrap()
}

pub(crate) async fn a_token_and_its_lease_change_together(subject: &Subject) {
    let (records, appid) = (records(subject), app("wx1"));
    assert!(take(&records, &appid, 1, LONG).await);
    let (old, held) = found(&records, &appid).await;
    assert_eq!((old.value.as_ref(), held.value), (None, Some(lease(1))));
    let next = |text| token(&appid, text);
    let done = Change::default().put(&old, &next("a"), LONG).delete(&held);
    assert!(records.commit(done).await.unwrap());
    // Whoever comes late has no lease any more, and writes nothing.
    let late = Change::default().put(&old, &next("b"), LONG).delete(&held);
    assert!(!records.commit(late).await.unwrap());
    let (kept, free) = found(&records, &appid).await;
    assert_eq!((kept.value, free.value), (Some(next("a")), None));
}

pub(crate) async fn one_of_many_takes_a_lease(subject: &Subject) {
    let (records, appid) = (records(subject), app("wx1"));
    let takers = (0..32).map(|holder| take(&records, &appid, holder, LONG));
    let took = join_all(takers).await;
    assert_eq!(took.iter().filter(|took| **took).count(), 1);
}

pub(crate) async fn a_lease_that_nobody_gives_back_ends(subject: &Subject) {
    let (records, appid) = (records(subject), app("wx1"));
    assert!(take(&records, &appid, 1, Duration::from_millis(100)).await);
    while !take(&records, &appid, 2, LONG).await {
        subject.moment().await;
    }
    assert_eq!(found(&records, &appid).await.1.value, Some(lease(2)));
}

pub(crate) async fn apps_share_no_token(subject: &Subject) {
    let (records, one, other) = (records(subject), app("wx1"), app("wx2"));
    let (read, _) = found(&records, &one).await;
    let change = Change::default().put(&read, &token(&one, "a"), LONG);
    assert!(records.commit(change).await.unwrap());
    assert_eq!(found(&records, &other).await.0.value, None);
    assert!(take(&records, &one, 1, LONG).await);
    assert!(take(&records, &other, 2, LONG).await);
    assert_eq!(found(&records, &one).await.0.value, Some(token(&one, "a")));
}
