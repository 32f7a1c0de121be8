//! Phone numbers that users give away.
use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use session_service::config::CheckBy;
use wx_proto::{
    common::v1::ErrorReason,
    session::v1::{KeptPhone, PhoneNumber, get_user_request::Who},
};

use crate::{
    bounded,
    edge::{app_user, reason},
    on_every_store,
    system::{START, Store, System},
};

const NUMBER: &str = "13800138000";
const PHONE_PATH: &str = "/wxa/business/getuserphonenumber";

on_every_store!(
    a_code_becomes_a_number_that_wechat_vouches_for,
    a_code_is_asked_about_once_whoever_asks,
    an_answer_is_repeated_for_five_minutes,
    a_used_code_needs_another_tap,
    a_code_of_another_user_is_no_proof,
    a_dead_token_is_replaced_on_the_way,
    a_failed_question_may_be_asked_again,
    encrypted_data_is_not_vouched_for,
    data_that_is_no_number_is_refused,
);

fn number(verified: bool) -> PhoneNumber {
    PhoneNumber {
        phone_number: NUMBER.to_owned(),
        pure_phone_number: NUMBER.to_owned(),
        country_code: "86".to_owned(),
        verified,
    }
}

/// A user with a phone, logged in: openid and token.
async fn caller(system: &System) -> (String, String) {
    let openid = system.newcomer().await;
    let wish = json!({ "phone": NUMBER });
    system.wechat.put_user(&openid, wish).await;
    let token = system.log_in(&openid).await;
    (openid, token)
}

async fn kept(system: &System, openid: &str) -> Option<KeptPhone> {
    let known = system.known(Who::Identity(app_user(openid))).await;
    known.unwrap().phone
}

async fn a_code_becomes_a_number_that_wechat_vouches_for(store: Store) {
    let system = System::start(store).await;
    let (openid, token) = caller(&system).await;
    assert!(kept(&system, &openid).await.is_none());
    system.pass(Duration::from_secs(7));
    let code = system.wechat.phone_code(&openid).await;
    let found = system.phone_by_code(&token, &code).await.ok().unwrap();
    assert!(found == number(true));
    let kept = kept(&system, &openid).await.unwrap();
    assert!(kept.number == Some(number(true)));
    let since = i64::try_from(START.unix_seconds() + 7).unwrap();
    assert_eq!(kept.obtained_at.unwrap().seconds, since);
}

async fn a_code_is_asked_about_once_whoever_asks(store: Store) {
    let system = System::start(store).await;
    let (openid, token) = caller(&system).await;
    let code = system.wechat.phone_code(&openid).await;
    system
        .wechat
        .spoil_at(PHONE_PATH, json!({ "delay_ms": 100 }))
        .await;
    let askers = (0..20).map(|_| system.phone_by_code(&token, &code));
    for found in join_all(askers).await {
        assert!(found.ok().unwrap() == number(true));
    }
    assert_eq!(system.wechat.asked_at(PHONE_PATH).await, 1);
}

async fn an_answer_is_repeated_for_five_minutes(store: Store) {
    let system = System::start(store).await;
    let (openid, token) = caller(&system).await;
    let code = system.wechat.phone_code(&openid).await;
    let ask = || system.phone_by_code(&token, &code);
    assert!(ask().await.ok().unwrap() == number(true));
    system.pass_almost(Duration::from_mins(5));
    assert!(ask().await.ok().unwrap() == number(true));
    system.pass(Duration::from_millis(1));
    assert_eq!(reason(ask().await), ErrorReason::PhoneCodeRejected);
}

async fn a_used_code_needs_another_tap(store: Store) {
    let system = System::start(store).await;
    let (openid, token) = caller(&system).await;
    let login = system.wechat.code(&openid).await;
    for code in ["0123456789abcdef", &login] {
        let refused = reason(system.phone_by_code(&token, code).await);
        assert_eq!(refused, ErrorReason::PhoneCodeRejected, "{code}");
    }
    let outcome = r#"phone_numbers_total{outcome="phone_code_rejected"}"#;
    assert_eq!(system.count(outcome), 2);
    let hostile = reason(system.phone_by_code(&token, "x&openid=y").await);
    assert_eq!(hostile, ErrorReason::InvalidRequest);
    assert!(kept(&system, &openid).await.is_none());
    let lives = system.verify(&token).await.is_ok();
    assert!(lives, "the session is not at fault");
}

async fn a_code_of_another_user_is_no_proof(store: Store) {
    let system = System::start(store).await;
    let (openid, _) = caller(&system).await;
    let thief = system.token().await;
    let code = system.wechat.phone_code(&openid).await;
    let refused = reason(system.phone_by_code(&thief, &code).await);
    assert_eq!(refused, ErrorReason::PhoneCodeRejected);
    for errcode in [40003, 40013] {
        system
            .wechat
            .spoil_at(PHONE_PATH, json!({ "errcode": errcode }))
            .await;
        let refused = reason(system.phone_by_code(&thief, &code).await);
        assert_eq!(refused, ErrorReason::PhoneCodeRejected, "{errcode}");
    }
}

async fn a_dead_token_is_replaced_on_the_way(store: Store) {
    let system = System::start(store).await;
    let (openid, token) = caller(&system).await;
    system.access_token("").await.unwrap();
    system.wechat.end_tokens(json!({ "errcode": 40001 })).await;
    let code = system.wechat.phone_code(&openid).await;
    let found = system.phone_by_code(&token, &code).await.ok().unwrap();
    assert!(found == number(true));
    assert_eq!(system.wechat.asked_at(PHONE_PATH).await, 2);
    assert_eq!(
        system
            .wechat
            .tokens_made(fake_wechat::DEFAULT_APPID)
            .await
            .0,
        2
    );
}

async fn a_failed_question_may_be_asked_again(store: Store) {
    let system = System::start(store).await;
    let (openid, token) = caller(&system).await;
    let code = system.wechat.phone_code(&openid).await;
    let fault = json!([{ "path": PHONE_PATH, "errcode": 45011 }]);
    system.wechat.faults(fault).await;
    let refused = reason(system.phone_by_code(&token, &code).await);
    assert_eq!(refused, ErrorReason::RateLimited);
    system.wechat.no_faults().await;
    system.pass(Duration::from_mins(1));
    let found = system.phone_by_code(&token, &code).await.ok().unwrap();
    assert!(found == number(true));
}

async fn encrypted_data_is_not_vouched_for(store: Store) {
    let system = System::start(store).await;
    let (openid, token) = caller(&system).await;
    let data = system.wechat.open_data(&openid, "phone").await;
    let found = system.phone_by_data(&token, data.clone()).await;
    assert!(found.ok().unwrap() == number(false));
    assert!(kept(&system, &openid).await.unwrap().number == Some(number(false)));
    let code = system.wechat.phone_code(&openid).await;
    system.phone_by_code(&token, &code).await.ok().unwrap();
    system.phone_by_data(&token, data).await.ok().unwrap();
    let kept = kept(&system, &openid).await.unwrap();
    assert!(
        kept.number == Some(number(true)),
        "what was vouched for stays"
    );
}

async fn data_that_is_no_number_is_refused(store: Store) {
    let system = System::start(store).await;
    let (openid, token) = caller(&system).await;
    let data = system.wechat.open_data(&openid, "user_info").await;
    let refused = reason(system.phone_by_data(&token, data).await);
    assert_eq!(refused, ErrorReason::DecryptFailed);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_number_is_kept_where_none_should_be() {
    bounded(async {
        let system = System::with(Store::Memory, |config| config.users.keep_phone = false).await;
        let (openid, token) = caller(&system).await;
        let code = system.wechat.phone_code(&openid).await;
        let found = system.phone_by_code(&token, &code).await.ok().unwrap();
        assert!(found == number(true));
        assert!(kept(&system, &openid).await.is_none());
    })
    .await;
}

/// The fake hashes the text, as most SDKs do.
#[tokio::test(flavor = "multi_thread")]
async fn wechat_vouches_for_what_it_made() {
    bounded(async {
        for (by, verified) in [(CheckBy::Text, true), (CheckBy::Bytes, false)] {
            let settings = |config: &mut session_service::Config| {
                config.wechat.check_encrypted_data = by;
            };
            let system = System::with(Store::Memory, settings).await;
            let (openid, token) = caller(&system).await;
            let data = system.wechat.open_data(&openid, "phone").await;
            let found = system.phone_by_data(&token, data).await.ok().unwrap();
            assert!(found == number(verified), "{by:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wechat_may_vouch_for_encrypted_data() {
    const CHECK: &str = "/wxa/business/checkencryptedmsg";
    bounded(async {
        let system = System::with(Store::Memory, |config| {
            config.wechat.check_encrypted_data = CheckBy::Text;
        })
        .await;
        let (openid, token) = caller(&system).await;
        for (answer, verified) in [
            (
                r#"{"errcode":0,"errmsg":"ok","vaild":true,"create_time":1800000000}"#,
                true,
            ),
            (r#"{"errcode":0,"errmsg":"ok","vaild":false}"#, false),
            (r#"{"errcode":1,"errmsg":"data not exit"}"#, false),
            (r#"{"errcode":-1,"errmsg":"system error"}"#, false),
        ] {
            let fault = json!([{ "path": CHECK, "body": answer }]);
            system.wechat.faults(fault).await;
            let data = system.wechat.open_data(&openid, "phone").await;
            let found = system.phone_by_data(&token, data).await.ok().unwrap();
            assert_eq!(found.verified, verified, "{answer}");
        }
    })
    .await;
}
