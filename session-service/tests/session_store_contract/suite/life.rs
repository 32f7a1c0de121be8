//! Records end.
use std::time::Duration;

use session_service::store::{Expect, StoreKey};

use crate::subject::{LONG, Subject, put_for, session, user};

const SHORT: Duration = Duration::from_millis(100);

async fn put_for_a_while(subject: &Subject, life: Duration, key: &StoreKey) {
    let put = put_for(life, key, Expect::Anything, b"record");
    assert!(subject.swap(&[put]).await);
}

async fn gone(subject: &Subject, key: &StoreKey) {
    while subject.get(key).await.is_some() {
        subject.moment().await;
    }
}

pub(crate) async fn a_record_is_gone_after_its_life(subject: &Subject) {
    put_for_a_while(subject, SHORT, &session(1, 1)).await;
    put_for_a_while(subject, LONG, &session(1, 2)).await;
    gone(subject, &session(1, 1)).await;
    assert_eq!(subject.get(&session(1, 2)).await.unwrap(), b"record");
}

pub(crate) async fn a_record_put_again_lives_anew(subject: &Subject) {
    put_for_a_while(subject, SHORT, &session(1, 1)).await;
    put_for_a_while(subject, SHORT, &session(1, 2)).await;
    put_for_a_while(subject, LONG, &session(1, 1)).await;
    gone(subject, &session(1, 2)).await;
    assert_eq!(subject.get(&session(1, 1)).await.unwrap(), b"record");
    put_for_a_while(subject, SHORT, &session(1, 1)).await;
    gone(subject, &session(1, 1)).await;
}

pub(crate) async fn an_ended_record_counts_as_absent(subject: &Subject) {
    put_for_a_while(subject, SHORT, &user(1)).await;
    gone(subject, &user(1)).await;
    let onto = |expect| [put_for(LONG, &user(1), expect, b"next")];
    assert!(!subject.swap(&onto(Expect::Bytes(b"record".to_vec()))).await);
    assert!(subject.swap(&onto(Expect::Absent)).await);
    assert_eq!(subject.get(&user(1)).await.unwrap(), b"next");
}
