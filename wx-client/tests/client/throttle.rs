//! A limit of calls per second, on time that passes when it is told to.

use std::{num::NonZeroU32, time::Duration};

use wx_client::{Api, App, Settings, WxClient, WxError};

use crate::{
    ask::ask,
    stub::{CODE, SUCCESS, Stub, app, settings},
    time::Time,
};

const SECOND: Duration = Duration::from_secs(1);

async fn three_a_second() -> (Stub, Time, WxClient) {
    let (wechat, time) = (Stub::saying(SUCCESS).await, Time::default());
    let client = time.client(Settings {
        calls_per_second: NonZeroU32::new(3).unwrap(),
        ..settings(&format!("http://127.0.0.1:{}", wechat.port))
    });
    (wechat, time, client)
}

/// How long the call must wait.
fn wait(result: Result<(), WxError>) -> Duration {
    let error = result.unwrap_err();
    assert!(error.nothing_was_sent());
    let WxError::Throttled { retry_after } = error else {
        panic!("{error:?}")
    };
    retry_after
}

#[tokio::test]
async fn what_exceeds_the_limit_is_not_sent() {
    let (wechat, time, client) = three_a_second().await;
    for _ in 0..3 {
        ask(&client, Api::CodeToSession).await.unwrap();
    }
    let retry_after = wait(ask(&client, Api::CodeToSession).await);
    assert!(!retry_after.is_zero() && retry_after <= SECOND / 3);
    assert_eq!(wechat.seen().len(), 3);
    time.advance(retry_after);
    ask(&client, Api::CodeToSession).await.unwrap();
    wait(ask(&client, Api::CodeToSession).await);
    time.advance(SECOND);
    for _ in 0..3 {
        ask(&client, Api::CodeToSession).await.unwrap();
    }
    wait(ask(&client, Api::CodeToSession).await);
}

#[tokio::test]
async fn clones_share_a_limit_but_apps_and_calls_do_not() {
    let (_wechat, _time, client) = three_a_second().await;
    for _ in 0..3 {
        ask(&client.clone(), Api::CodeToSession).await.unwrap();
    }
    wait(ask(&client.within(SECOND), Api::CodeToSession).await);
    ask(&client, Api::CheckSessionKey).await.unwrap();
    let appid = "wxfedcba9876543210".to_owned();
    let other = App { appid, ..app() };
    assert!(client.code_to_session(&other, CODE).await.is_ok());
}
