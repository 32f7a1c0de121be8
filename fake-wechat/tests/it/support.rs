//! A fake on a free port, and the hands to ask it.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use fake_wechat::{DEFAULT_APPID, DEFAULT_SECRET, FakeWechat, Settings, bind, serve};
use reqwest::{Client, Method, Response, redirect::Policy};
use serde_json::{Value, json};
use service_kit::{ManualClock, Timestamp};
use tokio::{
    sync::Mutex,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// A full minute, so that a test knows when the next one begins.
pub(crate) const START: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);
pub(crate) const EXCHANGE: &str = "/sns/jscode2session";
pub(crate) const STABLE_TOKEN: &str = "/cgi-bin/stable_token";
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) fake: FakeWechat,
    client: Client,
    stop: CancellationToken,
    server: Mutex<Option<JoinHandle<std::io::Result<()>>>>,
}

impl Running {
    pub(crate) async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let clock = Arc::new(ManualClock::at(START));
        let fake = FakeWechat::new(settings, clock.clone());
        Self::serving(fake, clock).await
    }

    pub(crate) async fn serving(fake: FakeWechat, clock: Arc<ManualClock>) -> Self {
        let listener = bind("127.0.0.1:0".parse().unwrap(), false).await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let server = tokio::spawn(serve(
            fake.clone(),
            listener,
            stop.clone().cancelled_owned(),
        ));
        let server = Mutex::new(Some(server));
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .timeout(PATIENCE);
        Self {
            address,
            clock,
            fake,
            client: client.build().unwrap(),
            stop,
            server,
        }
    }

    /// Stops the server; it must not take long.
    pub(crate) async fn stop(&self) {
        self.stop.cancel();
        let server = self.server.lock().await.take().unwrap();
        timeout(PATIENCE, server).await.unwrap().unwrap().unwrap();
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: String,
    ) -> reqwest::Result<Response> {
        let url = format!("http://{}{path}", self.address);
        self.client.request(method, url).body(body).send().await
    }

    /// A control call: its status and its JSON (null when empty).
    pub(crate) async fn control(&self, method: Method, call: &str, body: Value) -> (u16, Value) {
        let response = self
            .send(method, &format!("/_fake/{call}"), body.to_string())
            .await
            .unwrap();
        let status = response.status().as_u16();
        (
            status,
            serde_json::from_str(&response.text().await.unwrap()).unwrap_or(Value::Null),
        )
    }

    pub(crate) async fn post(&self, call: &str, body: Value) -> Value {
        let (status, answer) = self.control(Method::POST, call, body).await;
        assert!((200..300).contains(&status), "{call}: {status} {answer}");
        answer
    }

    pub(crate) async fn put_user(&self, openid: &str, wish: Value) -> Value {
        let (status, user) = self
            .control(Method::PUT, &format!("users/{openid}"), wish)
            .await;
        assert_eq!(status, 200, "{user}");
        user
    }

    pub(crate) async fn plan(&self, faults: Value) {
        assert_eq!(self.control(Method::PUT, "faults", faults).await.0, 204);
    }

    /// A new login code of this user.
    pub(crate) async fn login_code(&self, openid: &str) -> String {
        let answer = self.post("login-code", json!({ "openid": openid })).await;
        answer["code"].as_str().unwrap().to_owned()
    }

    /// A login code of a user just invented.
    pub(crate) async fn any_login_code(&self) -> String {
        self.post("login-code", json!({})).await["code"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Exchanges a code as the first app would.
    pub(crate) async fn exchange(&self, code: &str) -> Value {
        let text = self.try_exchange(code).await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) async fn errcode(&self, code: &str) -> Value {
        self.exchange(code).await["errcode"].clone()
    }

    pub(crate) async fn try_exchange(&self, code: &str) -> reqwest::Result<Response> {
        self.send(Method::GET, &exchange_path(code), String::new())
            .await
    }

    /// Asks for an exchange that will not be answered, and gives up once the fake has taken it in.
    pub(crate) async fn give_up_on(&self, code: &str) {
        tokio::select! {
            answer = self.try_exchange(code) => panic!("answered: {answer:?}"),
            () = self.asked_for(code) => {}
        }
    }

    /// Waits until the fake has been asked for this code.
    pub(crate) async fn asked_for(&self, code: &str) {
        let listed = async {
            while !self
                .calls()
                .await
                .iter()
                .any(|call| call["js_code"] == code)
            {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, listed).await.unwrap();
    }

    /// A call of WeChat's paths: its JSON.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: String) -> Value {
        let response = self.send(method, path, body).await.unwrap();
        assert_eq!(response.status(), 200);
        serde_json::from_str(&response.text().await.unwrap()).unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.ask(Method::GET, path, String::new()).await
    }

    pub(crate) async fn post_json(&self, path: &str, body: Value) -> Value {
        self.ask(Method::POST, path, body.to_string()).await
    }

    /// What `/cgi-bin/stable_token` answers the first app.
    pub(crate) async fn stable(&self, force_refresh: bool) -> Value {
        let wanted = json!({
            "grant_type": "client_credential",
            "appid": DEFAULT_APPID,
            "secret": DEFAULT_SECRET,
            "force_refresh": force_refresh,
        });
        self.post_json(STABLE_TOKEN, wanted).await
    }

    /// A stable token of the first app.
    pub(crate) async fn token(&self) -> String {
        text(&self.stable(false).await, "access_token")
    }

    /// Puts a fresh token into the query of this path.
    pub(crate) async fn with_token(&self, path: &str) -> String {
        let token = self.token().await;
        let join = if path.contains('?') { '&' } else { '?' };
        format!("{path}{join}access_token={token}")
    }

    /// As [`get`](Self::get), with a token.
    pub(crate) async fn call(&self, path: &str) -> Value {
        self.get(&self.with_token(path).await).await
    }

    /// As [`post_json`](Self::post_json), with a token.
    pub(crate) async fn call_with(&self, path: &str, body: Value) -> Value {
        self.post_json(&self.with_token(path).await, body).await
    }

    /// What this token is refused with; null if it works.
    pub(crate) async fn verdict(&self, token: &str) -> Value {
        let path =
            format!("/wxa/checksession?access_token={token}&openid=x&signature=x&sig_method=x");
        let errcode = self.get(&path).await["errcode"].clone();
        if errcode == 87008 {
            Value::Null
        } else {
            errcode
        }
    }

    pub(crate) async fn calls(&self) -> Vec<Value> {
        let (_, calls) = self.control(Method::GET, "calls", Value::Null).await;
        calls.as_array().unwrap().clone()
    }
}

pub(crate) fn exchange_path(code: &str) -> String {
    format!(
        "{EXCHANGE}?appid={DEFAULT_APPID}&secret={DEFAULT_SECRET}&js_code={code}&grant_type=authorization_code"
    )
}

/// A member of an answer that is a text.
pub(crate) fn text(answer: &Value, name: &str) -> String {
    let text = answer[name].as_str();
    text.unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// Hex of HMAC-SHA256 over nothing, with the text of a `session_key` as the key.
pub(crate) fn proof(key: &str) -> String {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let mac = Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).unwrap();
    hex::encode(mac.finalize().into_bytes())
}

/// Two apps: the invented one, and `wx-other` with the secret `other-secret`.
pub(crate) fn two_apps() -> Settings {
    let mut settings = Settings::default();
    settings.apps.push("wx-other:other-secret".parse().unwrap());
    settings
}
