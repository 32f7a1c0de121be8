//! The first tap opens: whatever a new wx.login did to the key that the data was encrypted under.
use std::time::Duration;

use serde_json::Value;
use testkit::{Stage, on_every_store};

/// How many users tap in each story.
const USERS: usize = 100;

on_every_store!(
    data_fetched_before_a_second_login_opens_after_it,
    data_fetched_between_a_code_and_its_login_opens,
    data_fetched_before_two_logins_at_once_opens,
    a_key_that_wechat_gives_twice_displaces_nothing,
);

/// Taps once; answers whether it opened.
async fn tap(stage: &Stage, token: &str, data: &Value) -> bool {
    let answer = stage.phone.decrypt(token, data).await;
    assert!([200, 422].contains(&answer.status), "{}", answer.text);
    answer.status == 200
}

fn users() -> impl Iterator<Item = String> {
    (0..USERS).map(|n| format!("oTap{n}"))
}

async fn data_fetched_before_a_second_login_opens_after_it(stage: Stage) {
    let mut opened = [0; 2];
    for user in users() {
        let first = stage.log_in(&user).await;
        let data = stage.wechat.open_data(&user, "phone").await;
        stage.wechat.rotate_key(&user).await;
        let second = stage.log_in(&user).await;
        for (opened, token) in opened.iter_mut().zip([&second, &first]) {
            *opened += usize::from(tap(&stage, token, &data).await);
        }
    }
    assert_eq!(opened, [USERS; 2]);
    stage.end().await;
}

/// The page calls wx.login, the user taps the button before the code has reached us.
async fn data_fetched_between_a_code_and_its_login_opens(stage: Stage) {
    let mut opened = 0;
    for user in users() {
        stage.log_in(&user).await;
        let code = stage.wechat.login_code(&user).await;
        let data = stage.wechat.open_data(&user, "phone").await;
        let token = stage.phone.login(&code).await.expect(200).token();
        opened += usize::from(tap(&stage, &token, &data).await);
    }
    assert_eq!(opened, USERS);
    stage.end().await;
}

/// Two pages call wx.login at once, minutes after the data was fetched.
async fn data_fetched_before_two_logins_at_once_opens(stage: Stage) {
    let mut opened = 0;
    for user in users() {
        stage.log_in(&user).await;
        let data = stage.wechat.open_data(&user, "phone").await;
        stage.wait(Duration::from_mins(4));
        let (one, other) = tokio::join!(stage.log_in(&user), stage.log_in(&user));
        stage.wait(Duration::from_secs(59));
        for token in [one, other] {
            opened += usize::from(tap(&stage, &token, &data).await);
        }
    }
    assert_eq!(opened, 2 * USERS);
    stage.end().await;
}

/// Many logins, one key: the displaced one is still there.
async fn a_key_that_wechat_gives_twice_displaces_nothing(stage: Stage) {
    let user = "oMei";
    stage.log_in(user).await;
    let data = stage.wechat.open_data(user, "phone").await;
    stage.wechat.rotate_key(user).await;
    let key = stage
        .wechat
        .user(user, Value::Object(serde_json::Map::new()))
        .await;
    let planted = serde_json::json!({ "session_key": key["session_key"] });
    stage.wechat.user(user, planted).await;
    for _ in 0..8 {
        let token = stage.log_in(user).await;
        assert!(tap(&stage, &token, &data).await);
    }
    stage.end().await;
}
