//! A unionid that arrives late: two users turn out to be one.
use std::time::Duration;

use futures::future::join_all;
use serde_json::json;

use wx_proto::{
    common::v1::ErrorReason,
    session::v1::{LoginRequest, get_user_request::Who},
};

use crate::{
    edge::reason,
    on_every_store,
    system::{OTHER_APPID, Store, System},
};

on_every_store!(
    a_late_unionid_makes_one_user_of_two,
    the_key_ring_outlives_a_merge,
    a_merge_buys_no_new_attempts,
    a_merge_by_the_older_ones_login_ends_the_younger_ones_sessions,
    logins_of_both_at_once_end_as_one_user,
);

/// Two users, as far as anybody knows: the older one, and the younger one in the other app.
struct Two {
    older: String,
    older_token: String,
    younger: String,
    younger_token: String,
}

async fn two(system: &System) -> Two {
    let older = system.log_in_as("oMei", None).await;
    system.pass(Duration::from_secs(1));
    let younger = system.log_in_elsewhere("oMeiToo", None).await;
    assert!(older.is_new && younger.is_new);
    Two {
        older: older.user.unwrap().id,
        older_token: older.session_rd,
        younger: younger.user.unwrap().id,
        younger_token: younger.session_rd,
    }
}

async fn a_late_unionid_makes_one_user_of_two(store: Store) {
    let system = System::start(store).await;
    let two = two(&system).await;
    let before = system.log_in_as("oMei", Some("uMei")).await;
    assert_eq!(before.user.unwrap().id, two.older);
    system.verify(&two.younger_token).await.unwrap();
    let merged = system.log_in_elsewhere("oMeiToo", Some("uMei")).await;
    assert!(!merged.is_new);
    let user = merged.user.unwrap();
    assert_eq!(user.id, two.older);
    system.assert_revoked(&[&two.younger_token]).await;
    for token in [&two.older_token, &before.session_rd] {
        let identity = system.verify(token).await.unwrap().identity.unwrap();
        assert_eq!(identity.user_id, two.older);
        assert_eq!(identity.former_ids, [""; 0], "as of the login");
    }
    let identity = system.verify(&merged.session_rd).await.unwrap().identity;
    let identity = identity.unwrap();
    assert_eq!(identity.user_id, two.older);
    assert_eq!(identity.former_ids, [two.younger.as_str()]);
    assert_eq!(identity.unionid, "uMei");
    let token = system.refresh(&merged.session_rd).await.unwrap();
    let refreshed = system.verify(&token).await.unwrap().identity;
    assert_eq!(refreshed.unwrap(), identity);
    for id in [&two.older, &two.younger] {
        let known = system.known(Who::UserId(id.clone())).await.unwrap();
        assert_eq!(known.user.unwrap(), user);
        assert_eq!(known.former_ids, [two.younger.as_str()]);
        assert_eq!(known.identities.len(), 2);
        assert_eq!(system.list_of(id).await.unwrap().len(), 3);
    }
    assert_eq!(system.count(r#"revocations_total{reason="merge"}"#), 1);
}

async fn a_merge_by_the_older_ones_login_ends_the_younger_ones_sessions(store: Store) {
    let system = System::start(store).await;
    let two = two(&system).await;
    let linked = system.log_in_elsewhere("oMeiToo", Some("uMei")).await;
    assert_eq!(linked.user.unwrap().id, two.younger);
    let merged = system.log_in_as("oMei", Some("uMei")).await;
    assert_eq!(merged.user.unwrap().id, two.older);
    let ended = [two.younger_token.as_str(), &linked.session_rd];
    system.assert_revoked(&ended).await;
    for token in [&two.older_token, &merged.session_rd] {
        system.verify(token).await.unwrap();
    }
    let kept = system.kept_of_sessions().await;
    let records = kept.iter().filter(|(key, _)| key.contains(":s:")).count();
    assert_eq!(records, 2, "no record of an ended session is left");
    let next = system.log_in_elsewhere("oMeiToo", Some("uMei")).await;
    assert_eq!(next.user.unwrap().id, two.older);
    system.verify(&next.session_rd).await.unwrap();
}

async fn the_key_ring_outlives_a_merge(store: Store) {
    let system = System::start(store).await;
    two(&system).await;
    system.log_in_as("oMei", Some("uMei")).await;
    let data = system.wechat.open_data("oMeiToo", "phone").await;
    // Another login code displaces the key that this was encrypted with.
    let merged = system.log_in_elsewhere("oMeiToo", Some("uMei")).await;
    system.decrypt(&merged.session_rd, data).await.unwrap();
}

async fn a_merge_buys_no_new_attempts(store: Store) {
    let system = System::start(store).await;
    let two = two(&system).await;
    let stranger = system.newcomer().await;
    system.log_in(&stranger).await;
    let foreign = system.wechat.open_data(&stranger, "phone").await;
    for _ in 0..10 {
        let refused = reason(system.decrypt(&two.younger_token, foreign.clone()).await);
        assert_eq!(refused, ErrorReason::DecryptFailed);
    }
    system.log_in_as("oMei", Some("uMei")).await;
    let merged = system.log_in_elsewhere("oMeiToo", Some("uMei")).await;
    let refused = reason(system.decrypt(&merged.session_rd, foreign).await);
    assert_eq!(refused, ErrorReason::DecryptBudgetExhausted);
}

async fn logins_of_both_at_once_end_as_one_user(store: Store) {
    let system = System::start(store).await;
    race(&system).await;
}

/// Fifty logins of two users with one late unionid. Everybody gets in; one user remains, and every
/// session of theirs lives.
pub(crate) async fn race(system: &System) {
    let two = two(system).await;
    for (openid, appid) in [
        ("oMei", fake_wechat::DEFAULT_APPID),
        ("oMeiToo", OTHER_APPID),
    ] {
        let late = json!({ "appid": appid, "unionid": "uMei" });
        system.wechat.put_user(openid, late).await;
    }
    let logins = join_all((0..50).map(|n| async move {
        let (openid, appid) = match n % 2 {
            0 => ("oMei", fake_wechat::DEFAULT_APPID),
            _ => ("oMeiToo", OTHER_APPID),
        };
        let who = json!({ "openid": openid, "appid": appid });
        let request = LoginRequest {
            code: system.wechat.code_of(who).await,
            appid: appid.to_owned(),
            ..LoginRequest::default()
        };
        system.login_with(request).await.expect("everybody gets in")
    }))
    .await;
    let mut alive = 0;
    for login in logins {
        let id = login.user.unwrap().id;
        match system.verify(&login.session_rd).await {
            Ok(verified) => {
                assert_eq!(verified.identity.unwrap().user_id, two.older);
                assert_eq!(id, two.older);
                alive += 1;
            }
            Err(refused) if id == two.younger => {
                assert_eq!(refused.reason, ErrorReason::SessionRevoked);
            }
            // Ten sessions of a user of an app: the oldest goes.
            Err(refused) => assert_ne!(refused.reason, ErrorReason::StoreUnavailable),
        }
    }
    assert!(alive >= 10, "{alive}");
    system.assert_revoked(&[&two.younger_token]).await;
    let known = system
        .known(Who::UserId(two.younger.clone()))
        .await
        .unwrap();
    assert_eq!(known.user.unwrap().id, two.older);
    assert_eq!(known.former_ids, [two.younger]);
    assert_eq!(known.identities.len(), 2);
    assert_eq!(system.count(r#"revocations_total{reason="merge"}"#), 1);
}
