//! The user's side of the fake WeChat.
use std::{net::SocketAddr, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};

use crate::Answer;

const PAUSE: Duration = Duration::from_millis(10);

/// Plays users of the fake WeChat, through its control API. Cheap to clone.
#[derive(Clone)]
pub struct Wechat {
    http: reqwest::Client,
    at: SocketAddr,
}

impl Wechat {
    /// The fake at `at`.
    #[must_use]
    pub fn new(at: SocketAddr) -> Self {
        Self {
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            at,
        }
    }

    /// Makes or changes a user.
    pub async fn user(&self, openid: &str, user: Value) -> Value {
        self.ask("PUT", &format!("users/{openid}"), user).await
    }

    /// `wx.login()` on the phone of this user, who need not have been seen before.
    pub async fn login_code(&self, openid: &str) -> String {
        self.user(openid, json!({})).await;
        let answer = self
            .ask("POST", "login-code", json!({ "openid": openid }))
            .await;
        answer["code"].as_str().unwrap().to_owned()
    }

    /// The phone-number button on the phone of this user.
    pub async fn phone_code(&self, openid: &str) -> String {
        let pressed = json!({ "openid": openid });
        let answer = self.ask("POST", "phone-code", pressed).await;
        answer["code"].as_str().unwrap().to_owned()
    }

    /// WeChat takes its `access_token`s no more: `{appid?, errcode?, still_given?}`.
    pub async fn end_tokens(&self, how: Value) {
        self.ask("POST", "expire-access-token", how).await;
    }

    /// How many stable `access_token`s were made.
    pub async fn tokens_made(&self) -> u64 {
        let tallies = self.ask("GET", "access-tokens", Value::Null).await;
        let tallies = tallies.as_array().unwrap().iter();
        let stable = tallies.filter(|tally| tally["family"] == "stable");
        stable.map(|tally| tally["made"].as_u64().unwrap()).sum()
    }

    /// How often a path was asked.
    pub async fn asked_at(&self, path: &str) -> usize {
        let calls = self.calls().await;
        calls.iter().filter(|call| call["path"] == path).count()
    }

    /// Waits until a path has been asked this often.
    pub async fn until_asked_at(&self, path: &str, times: usize) {
        while self.asked_at(path).await < times {
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// What WeChat's client hands the mini-program: `user_info`, `phone`, ...
    pub async fn open_data(&self, openid: &str, kind: &str) -> Value {
        self.ask(
            "POST",
            "open-data",
            json!({ "openid": openid, "kind": kind }),
        )
        .await
    }

    /// WeChat replaces this user's `session_key`, of its own accord.
    pub async fn rotate_key(&self, openid: &str) {
        self.ask("POST", "rotate-session-key", json!({ "openid": openid }))
            .await;
    }

    /// Plans faults.
    pub async fn faults(&self, faults: Value) {
        self.ask("PUT", "faults", faults).await;
    }

    /// Ends all faults.
    pub async fn no_faults(&self) {
        self.ask("DELETE", "faults", Value::Null).await;
    }

    /// The exchanges that were asked for, oldest first.
    pub async fn calls(&self) -> Vec<Value> {
        self.ask("GET", "calls", Value::Null)
            .await
            .as_array()
            .unwrap()
            .clone()
    }

    /// How often WeChat was asked about this code.
    pub async fn asked_about(&self, code: &str) -> usize {
        self.calls()
            .await
            .iter()
            .filter(|call| call["js_code"] == code)
            .count()
    }

    /// Waits until WeChat has been asked about this code.
    pub async fn until_asked_about(&self, code: &str) {
        while self.asked_about(code).await == 0 {
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> Value {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self
            .http
            .request(method, format!("http://{}/_fake/{path}", self.at));
        if !body.is_null() {
            request = request.json(&body);
        }
        let answer = Answer::read(request.send().await.unwrap()).await;
        assert!(
            answer.status < 300,
            "/_fake/{path}: {} {}",
            answer.status,
            answer.text
        );
        answer.body
    }
}
