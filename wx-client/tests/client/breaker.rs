//! Leaving a WeChat alone that fails, on time that passes when it is told to.

use std::time::Duration;

use wx_client::{Api, App, Settings, WxClient, WxError};

use crate::{
    ask::ask,
    stub::{CODE, SUCCESS, Stub, app, settings},
    time::Time,
};

const SECOND: Duration = Duration::from_secs(1);
const TOLERATED: u32 = 5;

struct Scene {
    wechat: Stub,
    time: Time,
    client: WxClient,
}

impl Scene {
    /// A WeChat that fails.
    async fn begin() -> Self {
        let (wechat, time) = (Stub::saying("").await, Time::default());
        wechat.say(503, "");
        let client = time.client(Settings {
            failures_tolerated: TOLERATED,
            ..settings(&format!("http://127.0.0.1:{}", wechat.port))
        });
        Self {
            wechat,
            time,
            client,
        }
    }

    /// The same, once it is left alone.
    async fn begin_open() -> Self {
        let scene = Self::begin().await;
        for _ in 0..=TOLERATED {
            assert!(scene.is_sent().await);
        }
        assert!(!scene.is_sent().await);
        scene
    }

    /// Whether a login now gets as far as WeChat.
    async fn is_sent(&self) -> bool {
        let result = ask(&self.client, Api::CodeToSession).await;
        let refused = matches!(result, Err(WxError::CircuitOpen { .. }));
        assert_eq!(self.wechat.seen().len(), usize::from(!refused));
        !refused
    }
}

#[tokio::test]
async fn a_wechat_that_fails_is_left_alone_for_a_second() {
    let scene = Scene::begin_open().await;
    let error = ask(&scene.client, Api::CodeToSession).await.unwrap_err();
    assert!(error.nothing_was_sent());
    let WxError::CircuitOpen { retry_after } = error else {
        panic!("{error:?}")
    };
    assert_eq!(retry_after, SECOND);
    scene.time.advance(Duration::from_millis(999));
    assert!(!scene.is_sent().await);
    scene.time.advance(Duration::from_millis(1));
    assert!(scene.is_sent().await);
    assert!(!scene.is_sent().await);
}

#[tokio::test]
async fn one_good_answer_heals() {
    let scene = Scene::begin_open().await;
    scene.wechat.say(200, SUCCESS);
    assert!(!scene.is_sent().await);
    scene.time.advance(SECOND);
    for _ in 0..100 {
        assert!(scene.is_sent().await);
    }
}

/// A hundred logins a second at a WeChat that is down for a minute, then up.
#[tokio::test]
async fn an_outage_is_answered_with_less_than_a_tenth_of_the_calls() {
    let scene = Scene::begin().await;
    let tick = SECOND / 100;
    let mut sent = 0;
    for _ in 0..6_000 {
        sent += usize::from(scene.is_sent().await);
        scene.time.advance(tick);
    }
    assert!((60..=66).contains(&sent), "{sent} of 6000 calls were sent");
    scene.wechat.say(200, SUCCESS);
    for _ in 0..100 {
        let _ = ask(&scene.client, Api::CodeToSession).await;
        scene.time.advance(tick);
    }
    scene.wechat.seen();
    for _ in 0..400 {
        assert!(
            scene.is_sent().await,
            "all is normal a second after it healed"
        );
        scene.time.advance(tick);
    }
}

#[tokio::test]
async fn of_many_callers_one_tries_a_wechat_that_failed() {
    let scene = Scene::begin_open().await;
    scene.time.advance(SECOND * 60);
    let calls = (0..20).map(|_| ask(&scene.client, Api::CodeToSession));
    for result in futures::future::join_all(calls).await {
        assert!(result.is_err());
    }
    assert_eq!(scene.wechat.seen().len(), 1);
}

#[tokio::test]
async fn other_apps_and_calls_go_on() {
    let scene = Scene::begin_open().await;
    scene.wechat.say(200, SUCCESS);
    ask(&scene.client, Api::PhoneNumber).await.unwrap();
    let appid = "wxfedcba9876543210".to_owned();
    let other = App { appid, ..app() };
    assert!(scene.client.code_to_session(&other, CODE).await.is_ok());
    scene.wechat.seen();
    assert!(!scene.is_sent().await);
}

#[tokio::test]
async fn failures_that_are_the_lesser_half_do_not_count() {
    let scene = Scene::begin().await;
    for _ in 0..100 {
        scene.wechat.say(200, SUCCESS);
        assert!(scene.is_sent().await && scene.is_sent().await);
        scene.wechat.say(503, "");
        assert!(scene.is_sent().await);
    }
}

#[tokio::test]
async fn failures_of_long_ago_do_not_count() {
    let scene = Scene::begin().await;
    for _ in 0..10 {
        for _ in 0..TOLERATED {
            assert!(scene.is_sent().await);
        }
        scene.time.advance(SECOND * 10);
    }
}

#[tokio::test]
async fn nothing_that_a_user_can_send_opens_it() {
    let scene = Scene::begin().await;
    for errcode in [40029, 40163, 40226, 45011, 41008, 99999] {
        scene.wechat.say(200, format!(r#"{{"errcode":{errcode}}}"#));
        for _ in 0..=TOLERATED {
            assert!(scene.is_sent().await);
        }
    }
    let long = "c".repeat(70_000);
    for _ in 0..=TOLERATED {
        assert!(scene.client.code_to_session(&app(), &long).await.is_err());
    }
    assert!(scene.is_sent().await);
}
