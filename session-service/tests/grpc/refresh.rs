//! Generations: successors, grace, lost answers, copies.
use std::time::Duration;

use futures::future::join_all;
use wx_proto::common::v1::ErrorReason;

use crate::{
    edge::reason,
    on_every_store,
    system::{MILLI, Store, System},
};

pub(crate) const GRACE: Duration = Duration::from_secs(30);

on_every_store!(
    a_successor_takes_over_after_a_grace,
    a_generation_is_not_stepped_again_within_its_grace,
    a_refresh_prolongs_the_session,
    a_lost_answer_is_given_again,
    a_copy_of_an_old_token_ends_the_session,
    copies_that_come_together_are_one_event,
    two_generations_back_is_always_a_copy,
);

async fn a_successor_takes_over_after_a_grace(store: Store) {
    let system = System::start(store).await;
    let first = system.token().await;
    let before = system.verify(&first).await.unwrap();
    let second = system.refresh(&first).await.unwrap();
    assert_ne!(first, second);
    let after = system.verify(&second).await.unwrap();
    assert_eq!((before.generation, after.generation), (0, 1));
    assert_eq!(before.session_id, after.session_id);
    system.pass_almost(GRACE);
    let graced = system.verify(&first).await.unwrap();
    assert_eq!(graced.good_for, Some(MILLI.try_into().unwrap()));
    assert_eq!(system.refresh(&first).await.unwrap(), second);
    system.pass(MILLI);
    for _ in 0..2 {
        let refused = reason(system.verify(&first).await);
        assert_eq!(refused, ErrorReason::SessionExpired);
    }
    system.verify(&second).await.unwrap();
    assert_eq!(system.count("token_reuse_total"), 0);
}

async fn a_generation_is_not_stepped_again_within_its_grace(store: Store) {
    let system = System::start(store).await;
    let first = system.token().await;
    let second = system.refresh(&first).await.unwrap();
    assert_eq!(system.refresh(&second).await.unwrap(), second);
    system.pass_almost(GRACE);
    assert_eq!(system.refresh(&second).await.unwrap(), second);
    system.pass(MILLI);
    let third = system.refresh(&second).await.unwrap();
    assert_ne!(third, second);
    assert_eq!(system.verify(&third).await.unwrap().generation, 2);
}

async fn a_refresh_prolongs_the_session(store: Store) {
    let system = System::start(store).await;
    let mut token = system.token().await;
    for _ in 0..4 {
        system.pass(Duration::from_mins(20));
        let refreshed = system.refresh_in_full(&token).await.unwrap();
        let minutes = |n| Some(Duration::from_mins(n).try_into().unwrap());
        assert_eq!(refreshed.expires_in, minutes(30));
        assert_eq!(refreshed.refresh_in, minutes(20));
        token = refreshed.session_rd;
    }
    system.pass_almost(Duration::from_mins(30));
    assert_eq!(system.verify(&token).await.unwrap().generation, 4);
}

async fn a_lost_answer_is_given_again(store: Store) {
    let system = System::start(store).await;
    let first = system.token().await;
    let lost = system.refresh(&first).await.unwrap();
    system.pass(Duration::from_mins(10));
    let refused = reason(system.verify(&first).await);
    assert_eq!(refused, ErrorReason::SessionExpired);
    assert_eq!(system.refresh(&first).await.unwrap(), lost);
    assert_eq!(system.verify(&lost).await.unwrap().generation, 1);
    assert_eq!(system.count("token_reuse_total"), 0);
}

async fn assert_ended(system: &System, tokens: &[&str]) {
    for token in tokens {
        let verified = reason(system.verify(token).await);
        assert_eq!(verified, ErrorReason::SessionRevoked);
        let refreshed = reason(system.refresh(token).await);
        assert_eq!(refreshed, ErrorReason::SessionRevoked);
    }
}

async fn a_copy_of_an_old_token_ends_the_session(store: Store) {
    let system = System::start(store).await;
    let openid = system.newcomer().await;
    let (first, bystander) = (system.log_in(&openid).await, system.log_in(&openid).await);
    let second = system.refresh(&first).await.unwrap();
    system.verify(&second).await.unwrap();
    system.pass(GRACE);
    let refused = reason(system.refresh(&first).await);
    assert_eq!(refused, ErrorReason::SessionRevoked);
    assert_ended(&system, &[&first, &second]).await;
    assert_eq!(system.count("token_reuse_total"), 1);
    assert_eq!(system.count(r#"revocations_total{reason="reuse"}"#), 1);
    system.verify(&bystander).await.unwrap();
}

async fn copies_that_come_together_are_one_event(store: Store) {
    let system = System::start(store).await;
    let first = system.token().await;
    let second = system.refresh(&first).await.unwrap();
    system.verify(&second).await.unwrap();
    system.pass(GRACE);
    let copies = join_all((0..16).map(|_| system.refresh(&first))).await;
    for copy in copies {
        assert_eq!(reason(copy), ErrorReason::SessionRevoked);
    }
    assert_ended(&system, &[&second]).await;
    assert_eq!(system.count("token_reuse_total"), 1);
}

async fn two_generations_back_is_always_a_copy(store: Store) {
    let system = System::start(store).await;
    let first = system.token().await;
    let second = system.refresh(&first).await.unwrap();
    system.pass(GRACE);
    let third = system.refresh(&second).await.unwrap();
    // Within the grace of the third, and that was never presented.
    let verified = reason(system.verify(&first).await);
    assert_eq!(verified, ErrorReason::SessionExpired);
    let refreshed = reason(system.refresh(&first).await);
    assert_eq!(refreshed, ErrorReason::SessionRevoked);
    assert_ended(&system, &[&first, &second, &third]).await;
    assert_eq!(system.count("token_reuse_total"), 1);
}
