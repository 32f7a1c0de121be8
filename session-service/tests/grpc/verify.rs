//! Who is calling?
use std::time::Duration;

use serde_json::json;
use wx_proto::common::v1::ErrorReason;

use crate::{
    bounded,
    edge::reason,
    on_every_store,
    system::{MILLI, START, Store, System},
};

const TTL: Duration = Duration::from_mins(30);

on_every_store!(
    a_session_tells_whose_it_is,
    an_idle_session_ends_on_time,
    no_refresh_passes_the_absolute_limit,
);

fn at(offset: Duration) -> prost_types::Timestamp {
    let millis = START.plus(offset).unix_millis();
    prost_types::Timestamp {
        seconds: i64::try_from(millis / 1000).unwrap(),
        nanos: i32::try_from(millis % 1000).unwrap() * 1_000_000,
    }
}

async fn a_session_tells_whose_it_is(store: Store) {
    let system = System::start(store).await;
    let unionid = "uUNION00000000000000000000001";
    let openid = system.newcomer().await;
    let wish = json!({ "unionid": unionid });
    system.wechat.put_user(&openid, wish).await;
    let login = system
        .login(&system.wechat.code(&openid).await)
        .await
        .unwrap();
    let verified = system.verify(&login.session_rd).await.unwrap();
    let identity = verified.identity.unwrap();
    assert_eq!(identity.user_id, login.user.unwrap().id);
    assert_eq!(identity.appid, fake_wechat::DEFAULT_APPID);
    assert_eq!(
        (identity.openid, identity.unionid.as_str()),
        (openid, unionid)
    );
    assert_eq!(
        (verified.session_id.len(), verified.user_tag.len()),
        (32, 16)
    );
    assert_eq!(verified.generation, 0);
    assert_eq!(verified.issued_at, Some(at(Duration::ZERO)));
    assert_eq!(verified.expires_at, Some(at(TTL)));
    let month = Duration::from_hours(24 * 30);
    assert_eq!(verified.absolute_expires_at, Some(at(month)));
    let good_for = Duration::from_secs(30).try_into().unwrap();
    assert_eq!(verified.good_for, Some(good_for));
}

async fn an_idle_session_ends_on_time(store: Store) {
    let system = System::start(store).await;
    let token = system.token().await;
    system.pass_almost(TTL);
    let verified = system.verify(&token).await.unwrap();
    assert_eq!(verified.good_for, Some(MILLI.try_into().unwrap()));
    system.pass(MILLI);
    assert_eq!(
        reason(system.verify(&token).await),
        ErrorReason::SessionExpired
    );
    assert_eq!(
        reason(system.refresh(&token).await),
        ErrorReason::SessionExpired
    );
}

async fn no_refresh_passes_the_absolute_limit(store: Store) {
    let hour = Duration::from_hours(1);
    let system = System::with(store, |config| config.session.absolute_ttl = hour).await;
    let mut token = system.token().await;
    for _ in 0..2 {
        system.pass(Duration::from_mins(25));
        token = system.refresh(&token).await.unwrap();
    }
    system.pass(Duration::from_mins(5));
    let refreshed = system.refresh_in_full(&token).await.unwrap();
    let rest = Some(Duration::from_mins(5).try_into().unwrap());
    assert_eq!((refreshed.expires_in, refreshed.refresh_in), (rest, rest));
    token = refreshed.session_rd;
    system.pass_almost(Duration::from_mins(5));
    system.verify(&token).await.unwrap();
    system.pass(MILLI);
    assert_eq!(
        reason(system.verify(&token).await),
        ErrorReason::SessionExpired
    );
    assert_eq!(
        reason(system.refresh(&token).await),
        ErrorReason::SessionExpired
    );
}

async fn assert_never_signed(system: &System, token: &str) {
    let answers = [
        system.verify(token).await.map(|_| ()),
        system.refresh(token).await.map(|_| ()),
        system.logout(token).await,
    ];
    for answer in answers {
        assert_eq!(reason(answer), ErrorReason::SessionInvalid, "{token:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_we_never_signed_is_invalid() {
    bounded(async {
        let system = System::start(Store::Memory).await;
        let token = system.token().await;
        let changed = |at: usize| {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            String::from_utf8(bytes).unwrap()
        };
        let body = token.strip_prefix("wxs_").unwrap();
        let garbage = [String::new(), "wxs_".to_owned(), "garbage".to_owned()];
        let near = [body.to_owned(), format!("{token}A"), token[..63].to_owned()];
        let forged = [4, 10, 20, 40, 44, 63].map(changed);
        for token in garbage.iter().chain(&near).chain(&forged) {
            assert_never_signed(&system, token).await;
        }
        system.verify(&token).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_installation_is_invalid() {
    bounded(async {
        let ours = System::start(Store::Memory).await;
        let theirs = System::start(Store::Memory).await;
        let token = theirs.token().await;
        theirs.verify(&token).await.unwrap();
        assert_never_signed(&ours, &token).await;
    })
    .await;
}
