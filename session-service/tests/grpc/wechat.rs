//! The stand-in for WeChat, and the hands that play phone and bad day.
use std::{net::SocketAddr, sync::Arc, time::Duration};

use fake_wechat::{FakeApp, FakeWechat, Settings};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use service_kit::ManualClock;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

use crate::system::{OTHER_APPID, OTHER_SECRET};

/// The path that login codes are exchanged at.
pub(crate) const EXCHANGE: &str = "/sns/jscode2session";

/// A fake WeChat on a port of its own. Every login code rotates its user's `session_key`.
pub(crate) struct Wechat {
    address: SocketAddr,
    client: reqwest::Client,
    _running: DropGuard,
}

/// What a phone hands to its mini-program.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OpenData {
    pub(crate) encrypted_data: String,
    pub(crate) iv: String,
    pub(crate) raw_data: Option<String>,
    pub(crate) signature: Option<String>,
}

impl Wechat {
    pub(crate) async fn start(clock: Arc<ManualClock>) -> Self {
        let mut settings = Settings::default();
        settings.apps.push(FakeApp {
            appid: OTHER_APPID.to_owned(),
            secret: OTHER_SECRET.into(),
        });
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = fake_wechat::bind(free, false).await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let fake = FakeWechat::new(settings, clock);
        let stopping = stop.clone().cancelled_owned();
        tokio::spawn(fake_wechat::serve(fake, listener, stopping));
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(10));
        Self {
            address,
            client: client.build().unwrap(),
            _running: stop.drop_guard(),
        }
    }

    pub(crate) fn url(&self) -> Url {
        format!("http://{}/", self.address).parse().unwrap()
    }

    async fn ask(&self, method: Method, call: &str, body: Value) -> Value {
        let url = format!("{}_fake/{call}", self.url());
        let request = self.client.request(method, url).body(body.to_string());
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "{call}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Makes a user, or changes one: `{unionid?, phone?, ..}`.
    pub(crate) async fn put_user(&self, openid: &str, wish: Value) {
        self.ask(Method::PUT, &format!("users/{openid}"), wish)
            .await;
    }

    /// What `wx.login` gives this user.
    pub(crate) async fn code(&self, openid: &str) -> String {
        self.code_of(json!({ "openid": openid })).await
    }

    /// What `wx.login` gives the user of this description.
    pub(crate) async fn code_of(&self, who: Value) -> String {
        let answer = self.ask(Method::POST, "login-code", who).await;
        answer["code"].as_str().unwrap().to_owned()
    }

    /// What the phone of this user hands over under their present key.
    pub(crate) async fn open_data(&self, openid: &str, kind: &str) -> OpenData {
        let wanted = json!({ "openid": openid, "kind": kind });
        let answer = self.ask(Method::POST, "open-data", wanted).await;
        serde_json::from_value(answer).unwrap()
    }

    /// What the phone-number button gives this user.
    pub(crate) async fn phone_code(&self, openid: &str) -> String {
        let pressed = json!({ "openid": openid });
        let answer = self.ask(Method::POST, "phone-code", pressed).await;
        answer["code"].as_str().unwrap().to_owned()
    }

    /// WeChat takes an app's tokens no more: `{appid?, errcode?, still_given?}`.
    pub(crate) async fn end_tokens(&self, how: Value) {
        self.ask(Method::POST, "expire-access-token", how).await;
    }

    /// How many stable tokens WeChat made for an app, and for how many questions.
    pub(crate) async fn tokens_made(&self, appid: &str) -> (u64, u64) {
        let tallies = self.ask(Method::GET, "access-tokens", Value::Null).await;
        let mut tallies = tallies.as_array().unwrap().iter();
        let tally = tallies.find(|tally| tally["appid"] == appid && tally["family"] == "stable");
        let count = |name: &str| tally.map_or(0, |tally| tally[name].as_u64().unwrap());
        (count("made"), count("asked"))
    }

    /// WeChat replaces this user's `session_key`, of its own accord.
    pub(crate) async fn rotate_key(&self, openid: &str) {
        let whose = json!({ "openid": openid });
        self.ask(Method::POST, "rotate-session-key", whose).await;
    }

    /// How often a path was asked.
    pub(crate) async fn asked_at(&self, path: &str) -> usize {
        let calls = self.ask(Method::GET, "calls", Value::Null).await;
        let calls = calls.as_array().unwrap().iter();
        calls.filter(|call| call["path"] == path).count()
    }

    /// Spoils every call, each path by one fault, until [`Wechat::no_faults`].
    pub(crate) async fn faults(&self, faults: Value) {
        self.ask(Method::PUT, "faults", faults).await;
    }

    /// Ends all faults.
    pub(crate) async fn no_faults(&self) {
        self.ask(Method::DELETE, "faults", Value::Null).await;
    }

    /// Spoils the next exchange.
    pub(crate) async fn spoil(&self, fault: Value) {
        self.spoil_at(EXCHANGE, fault).await;
    }

    /// Spoils the next call of a path.
    pub(crate) async fn spoil_at(&self, path: &str, mut fault: Value) {
        fault["path"] = path.into();
        fault["times"] = 1.into();
        self.ask(Method::PUT, "faults", json!([fault])).await;
    }

    /// How often WeChat was asked.
    pub(crate) async fn calls(&self) -> usize {
        let calls = self.ask(Method::GET, "calls", Value::Null).await;
        calls.as_array().unwrap().len()
    }
}
