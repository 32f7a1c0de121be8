//! Reading, expecting, writing.
use session_service::store::Expect;

use crate::subject::{Subject, delete, exactly, put, session, user};

pub(crate) async fn an_empty_store_has_nothing(subject: &Subject) {
    assert_eq!(subject.get(&user(1)).await, None);
    let keys = [session(1, 1), user(1), session(1, 2)];
    assert_eq!(subject.store.get(&keys).await.unwrap(), [None, None, None]);
    assert_eq!(subject.store.dump().await.unwrap(), []);
}

pub(crate) async fn several_keys_are_answered_in_their_order(subject: &Subject) {
    subject.put(&session(1, 1), b"one").await;
    subject.put(&user(1), b"user").await;
    let keys = [user(1), session(1, 9), session(1, 1), user(1)];
    let found = subject.store.get(&keys).await.unwrap();
    let (one, user) = (Some(b"one".to_vec()), Some(b"user".to_vec()));
    assert_eq!(found, [user.clone(), None, one, user]);
}

pub(crate) async fn what_is_put_is_there(subject: &Subject) {
    subject.put(&user(1), b"record").await;
    assert_eq!(subject.get(&user(1)).await.unwrap(), b"record");
    assert_eq!(subject.get(&user(1)).await.unwrap(), b"record");
}

pub(crate) async fn a_later_put_replaces_an_earlier_one(subject: &Subject) {
    subject.put(&user(1), b"a rather long record").await;
    subject.put(&user(1), b"short").await;
    assert_eq!(subject.get(&user(1)).await.unwrap(), b"short");
}

pub(crate) async fn absence_is_expected_exactly(subject: &Subject) {
    let first = put(&user(1), Expect::Absent, b"first");
    let second = put(&user(1), Expect::Absent, b"second");
    assert!(subject.swap(&[first]).await);
    assert!(!subject.swap(&[second]).await);
    assert_eq!(subject.get(&user(1)).await.unwrap(), b"first");
}

pub(crate) async fn bytes_are_expected_exactly(subject: &Subject) {
    let next = |expected: &[u8]| [put(&user(1), exactly(expected), b"next")];
    assert!(!subject.swap(&next(b"")).await, "nothing is not no bytes");
    subject.put(&user(1), b"record").await;
    for other in [b"recor".as_slice(), b"record\0", b"Record", b""] {
        assert!(!subject.swap(&next(other)).await, "{other:?}");
        assert_eq!(subject.get(&user(1)).await.unwrap(), b"record");
    }
    assert!(subject.swap(&next(b"record")).await);
    assert_eq!(subject.get(&user(1)).await.unwrap(), b"next");
}

pub(crate) async fn anything_may_be_expected(subject: &Subject) {
    let swap = |bytes: &[u8]| [put(&user(1), Expect::Anything, bytes)];
    assert!(subject.swap(&swap(b"on nothing")).await);
    assert!(subject.swap(&swap(b"on something")).await);
    assert_eq!(subject.get(&user(1)).await.unwrap(), b"on something");
}

pub(crate) async fn a_swap_of_several_keys_happens_whole(subject: &Subject) {
    subject.put(&user(1), b"before").await;
    subject.put(&session(1, 2), b"surplus").await;
    let swaps = [
        put(&session(1, 1), Expect::Absent, b"session"),
        put(&user(1), exactly(b"before"), b"after"),
        delete(&session(1, 2), Expect::Anything),
    ];
    assert!(subject.swap(&swaps).await);
    let keys = [session(1, 1), user(1), session(1, 2)];
    let found = subject.store.get(&keys).await.unwrap();
    let (session, after) = (Some(b"session".to_vec()), Some(b"after".to_vec()));
    assert_eq!(found, [session, after, None]);
}

pub(crate) async fn one_failed_expectation_writes_nothing(subject: &Subject) {
    subject.put(&user(1), b"user").await;
    subject.put(&session(1, 2), b"old").await;
    let good = [
        put(&session(1, 1), Expect::Absent, b"session"),
        put(&user(1), exactly(b"user"), b"changed"),
        delete(&session(1, 2), Expect::Anything),
    ];
    for failing in 0..2 {
        let mut swaps = good.clone();
        swaps[failing].expect = exactly(b"something else");
        assert!(!subject.swap(&swaps).await);
        let keys = [session(1, 1), user(1), session(1, 2)];
        let found = subject.store.get(&keys).await.unwrap();
        let (user, old) = (Some(b"user".to_vec()), Some(b"old".to_vec()));
        assert_eq!(found, [None, user, old], "expectation {failing}");
    }
    assert!(subject.swap(&good).await);
}

pub(crate) async fn a_swap_deletes_what_it_says(subject: &Subject) {
    subject.put(&user(1), b"record").await;
    subject.put(&user(2), b"other").await;
    assert!(!subject.swap(&[delete(&user(1), exactly(b"other"))]).await);
    assert_eq!(subject.get(&user(1)).await.unwrap(), b"record");
    assert!(subject.swap(&[delete(&user(1), exactly(b"record"))]).await);
    assert_eq!(subject.get(&user(1)).await, None);
    assert_eq!(subject.get(&user(2)).await.unwrap(), b"other");
}

pub(crate) async fn deleting_nothing_is_no_failure(subject: &Subject) {
    assert!(subject.swap(&[delete(&user(1), Expect::Anything)]).await);
    assert!(subject.swap(&[delete(&user(1), Expect::Absent)]).await);
    assert!(!subject.swap(&[delete(&user(1), exactly(b"record"))]).await);
}

pub(crate) async fn bytes_of_every_value_survive(subject: &Subject) {
    let all: Vec<u8> = (0..=u8::MAX).chain((0..=u8::MAX).rev()).collect();
    subject.put(&user(1), &all).await;
    assert_eq!(subject.get(&user(1)).await.unwrap(), all);
    assert!(subject.swap(&[put(&user(1), exactly(&all), b"")]).await);
    assert_eq!(
        subject.get(&user(1)).await.unwrap(),
        b"",
        "no bytes are some"
    );
}

pub(crate) async fn a_large_record_survives(subject: &Subject) {
    let large: Vec<u8> = (0..64 * 1024_u32).map(|i| (i * i % 251) as u8).collect();
    subject.put(&user(1), &large).await;
    assert_eq!(subject.get(&user(1)).await.unwrap(), large);
    assert!(
        subject
            .swap(&[put(&user(1), exactly(&large), b"small")])
            .await
    );
}

pub(crate) async fn keys_of_different_users_are_apart(subject: &Subject) {
    subject.put(&session(1, 1), b"one").await;
    assert_eq!(subject.get(&session(2, 1)).await, None);
    assert_eq!(subject.get(&session(1, 2)).await, None);
    subject.put(&session(2, 1), b"two").await;
    assert_eq!(subject.get(&session(1, 1)).await.unwrap(), b"one");
}

pub(crate) async fn a_dump_shows_everything(subject: &Subject) {
    subject.put(&user(1), b"user").await;
    subject.put(&session(1, 1), b"session").await;
    let mut dump = subject.store.dump().await.unwrap();
    dump.sort();
    let mut expected = [
        (session(1, 1).to_string(), b"session".to_vec()),
        (user(1).to_string(), b"user".to_vec()),
    ];
    expected.sort();
    assert_eq!(dump, expected);
}
