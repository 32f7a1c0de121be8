//! What is asked again, and what never is.

use std::time::Duration;

use tokio::net::TcpStream;
use wx_client::{Api, Renewal, Settings, WxClient};

use crate::{
    ask::{ask, fail},
    raw::{Raw, raw},
    stub::{SUCCESS, Stub, app, client, settings},
};

/// Whether asking twice does no harm.
fn is_repeatable(api: Api) -> bool {
    matches!(
        api,
        Api::StableToken
            | Api::CheckSessionKey
            | Api::CheckEncryptedMsg
            | Api::UserEncryptKeys
            | Api::PaidUnionid
            | Api::LookUp
    )
}

/// How often WeChat may be asked for one call.
fn attempts(api: Api) -> usize {
    if is_repeatable(api) { 3 } else { 1 }
}

#[tokio::test]
async fn only_what_spends_nothing_is_asked_again() {
    let wechat = Stub::saying("").await;
    for api in Api::ALL {
        for (status, body) in [(200, r#"{"errcode":-1}"#), (429, ""), (500, ""), (503, "")] {
            wechat.say(status, body);
            wechat.fail(api).await;
            assert_eq!(wechat.seen().len(), attempts(api), "{api:?} {status}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_will_not_change_is_taken_as_it_is() {
    let wechat = Stub::saying("").await;
    let refusals = [40001, 40013, 40029, 45009, 45011, 99999];
    let refusals = refusals.map(|errcode| (200, format!(r#"{{"errcode":{errcode}}}"#)));
    let garbage = [
        (200, String::new()),
        (302, String::new()),
        (404, String::new()),
    ];
    for api in Api::ALL {
        for (status, body) in refusals.iter().chain(&garbage) {
            wechat.say(*status, body.clone());
            wechat.fail(api).await;
            assert_eq!(wechat.seen().len(), 1, "{api:?} {status} {body}");
        }
    }
}

#[tokio::test]
async fn a_failure_that_passed_is_not_told() {
    let wechat = Stub::saying("").await;
    for api in Api::ALL.into_iter().filter(|&api| is_repeatable(api)) {
        wechat.say_in_turn(&[(200, r#"{"errcode":-1}"#), (502, ""), (200, SUCCESS)]);
        ask(&wechat.client(), api).await.unwrap();
    }
}

#[tokio::test]
async fn a_forced_token_is_asked_for_once() {
    let wechat = Stub::saying("").await;
    wechat.say(503, "");
    let forced = wechat.client().stable_token(&app(), Renewal::Forced).await;
    assert!(forced.is_err());
    assert_eq!(wechat.seen().len(), 1);
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_only_where_nothing_is_spent() {
    let wechat = Raw::doing(async |_: TcpStream| ()).await;
    for api in Api::ALL {
        let error = fail(&client(&wechat.url()), api).await;
        assert_eq!(error.kind(), "no_answer");
        assert_eq!(wechat.heads().len(), attempts(api), "{api:?}");
    }
}

#[tokio::test]
async fn whatever_never_left_is_tried_again() {
    let proxy = Raw::saying("HTTP/1.1 503 Service Unavailable\r\n\r\n").await;
    for api in Api::ALL {
        let client = WxClient::new(Settings {
            proxy: Some(proxy.url().parse().unwrap()),
            ..settings("https://wechat.invalid")
        });
        let error = fail(&client.unwrap(), api).await;
        assert_eq!(error.kind(), "unreachable");
        assert_eq!(proxy.heads().len(), 3, "{api:?}");
    }
}

/// The first attempt is read and not answered; later ones find the door closed.
#[tokio::test]
async fn a_later_attempt_does_not_unsend_an_earlier_one() {
    let port = raw(async |_: TcpStream| ()).await;
    let client = client(&format!("http://127.0.0.1:{port}"));
    let error = fail(&client, Api::CheckSessionKey).await;
    assert!(!error.nothing_was_sent(), "{error:?}");
}

#[tokio::test]
async fn no_attempt_begins_when_time_is_up() {
    let wechat = Stub::saying("").await;
    wechat.say(503, "");
    // The time for a connection, and less than the first pause.
    let client = wechat.client().within(Duration::from_millis(1_049));
    fail(&client, Api::CheckSessionKey).await;
    assert_eq!(wechat.seen().len(), 1);
}

#[tokio::test]
async fn a_caller_with_little_time_is_answered_in_it() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = WxClient::new(settings(&format!(
        "http://{}",
        silent.local_addr().unwrap()
    )));
    let client = client.unwrap().within(Duration::from_millis(100));
    for api in Api::ALL {
        let start = std::time::Instant::now();
        let error = fail(&client, api).await;
        assert_eq!(error.kind(), "no_answer");
        assert!(start.elapsed() < Duration::from_secs(2), "far below 3 s");
    }
}
