//! Servers that play WeChat, and what every test needs to ask them.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::Request,
    response::Response,
};
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};
use wx_client::{AccessToken, Api, App, Settings, Signature, WxClient, WxError, WxLogin};

use crate::ask::fail;

pub(crate) const APPID: &str = "wx0123456789abcdef";
pub(crate) const SECRET: &str = "5ec7e7ca4a7b00b1e5f00d5c0ffee123";
pub(crate) const CODE: &str = "0716AVll20uHk94SLDml27etM946AVlq";
pub(crate) const OPENID: &str = "oGZUI0egBJY1zhBYw2KhdUfwVJJE";
pub(crate) const SESSION_KEY: &str = "tiihtNczf5v6AKRyjwEUhQ==";
pub(crate) const TOKEN: &str = "87_tokenW8PLAhOzXyJ0mVfE3qG1sK9bN";
pub(crate) const SIGNATURE: &str =
    "fefce01bfba4670c85b228e6ca2b493c90971e7c442f54fc448662eb7cd72509";
pub(crate) const PLATFORM: &str = "wxfedcba9876543210";
pub(crate) const MCH_ID: &str = "1230000109";
pub(crate) const RID: &str = "617682e0-09059ac5-34a8e2ea";
pub(crate) const PHONE: &str = "13580006666";

/// What no error and no log line may show.
pub(crate) const SECRETS: [&str; 6] = [SECRET, CODE, OPENID, SESSION_KEY, TOKEN, SIGNATURE];

/// An answer that is a success of every call.
pub(crate) const SUCCESS: &str = r#"{
    "errcode": 0, "errmsg": "ok",
    "openid": "oGZUI0egBJY1zhBYw2KhdUfwVJJE", "session_key": "tiihtNczf5v6AKRyjwEUhQ==",
    "access_token": "87_tokenW8PLAhOzXyJ0mVfE3qG1sK9bN", "expires_in": 7200,
    "phone_info": {
        "phoneNumber": "13580006666", "purePhoneNumber": "13580006666", "countryCode": "86",
        "watermark": { "timestamp": 1637744274, "appid": "wx0123456789abcdef" }
    },
    "vaild": true, "create_time": 1629121902,
    "unionid": "ocMvos6NjeKLIBqg5Mr9QjxrP1FA",
    "key_info_list": [
        {
            "encrypt_key": "VI6BpyrK9XH4i4AIGe86tg==", "version": 10, "expire_in": 3597,
            "iv": "6003f73ec441c386", "create_time": 1616572301
        },
        {
            "encrypt_key": "aoUGAHltcliiL9f23oTKHA==", "version": 9, "expire_in": 0,
            "iv": "7996656384218dbb", "create_time": 1616504886
        }
    ],
    "request": {
        "invoke_time": 1635156704, "cost_in_ms": 30, "client_ip": "113.0.0.1",
        "request_url": "access_token=87_tokenW8PLAhOzXyJ0mVfE3qG1sK9bN", "request_body": "",
        "response_body": "{\"openid\":\"oGZUI0egBJY1zhBYw2KhdUfwVJJE\"}"
    }
}"#;

/// Far more than any client here waits, far less than a hang.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// A request as the server saw it.
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
}

/// An HTTP server that answers whatever it is asked as it was told to and remembers what it was asked.
pub(crate) struct Stub {
    pub(crate) port: u16,
    answers: Arc<Mutex<Vec<(u16, Bytes)>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    server: JoinHandle<()>,
}

impl Stub {
    /// Answers 200 and `text/plain`, as WeChat does.
    pub(crate) async fn saying(body: impl Into<Bytes>) -> Self {
        let answers = Arc::new(Mutex::new(vec![(200, body.into())]));
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let (says, notes) = (Arc::clone(&answers), Arc::clone(&seen));
        let app = Router::new().fallback(async move |request: Request| {
            let seen = Seen::read(request).await;
            notes.lock().unwrap().push(seen);
            let (status, body) = next(&mut says.lock().unwrap());
            let response = Response::builder().header("content-type", "text/plain");
            response.status(status).body(Body::from(body)).unwrap()
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            port,
            answers,
            seen,
            server,
        }
    }

    /// Changes the answer.
    pub(crate) fn say(&self, status: u16, body: impl Into<Bytes>) {
        *self.answers.lock().unwrap() = vec![(status, body.into())];
    }

    /// Gives these answers in turn, and the last one from then on.
    pub(crate) fn say_in_turn(&self, answers: &[(u16, &'static str)]) {
        let answers = answers.iter().rev();
        let answers = answers.map(|&(status, body)| (status, body.into()));
        *self.answers.lock().unwrap() = answers.collect();
    }

    pub(crate) fn client(&self) -> WxClient {
        client(&format!("http://127.0.0.1:{}", self.port))
    }

    pub(crate) async fn exchange(&self) -> Result<WxLogin, WxError> {
        let client = self.client();
        timeout(PATIENCE, client.code_to_session(&app(), CODE))
            .await
            .expect("an end in time")
    }

    /// The error of this call.
    pub(crate) async fn fail(&self, api: Api) -> WxError {
        fail(&self.client(), api).await
    }

    /// What was asked since the last time.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

/// Takes the answer off the end, unless it is the last one.
fn next(answers: &mut Vec<(u16, Bytes)>) -> (u16, Bytes) {
    match &answers[..] {
        [last] => last.clone(),
        _ => answers.pop().unwrap(),
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Seen {
    async fn read(request: Request) -> Self {
        let (head, body) = request.into_parts();
        let query = head.uri.query().unwrap_or_default().as_bytes();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Self {
            line: format!("{} {}", head.method, head.uri.path()),
            query: url::form_urlencoded::parse(query).into_owned().collect(),
            headers: head.headers.keys().map(ToString::to_string).collect(),
            body: String::from_utf8(body.into()).unwrap(),
        }
    }

    /// Its body, if it has one.
    pub(crate) fn json(&self) -> Option<serde_json::Value> {
        let has_body = !self.body.is_empty();
        has_body.then(|| serde_json::from_str(&self.body).unwrap())
    }
}

/// A listener that notices whether anyone came.
pub(crate) struct Canary(std::net::TcpListener);

impl Canary {
    pub(crate) fn new() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.0.local_addr().unwrap())
    }

    pub(crate) fn is_untouched(&self) -> bool {
        self.0
            .accept()
            .is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }
}

pub(crate) fn app() -> App {
    App {
        appid: APPID.to_owned(),
        secret: SECRET.into(),
    }
}

pub(crate) fn token() -> AccessToken {
    AccessToken::parse(APPID, TOKEN.to_owned()).unwrap()
}

/// The token of a third-party platform.
pub(crate) fn platform() -> AccessToken {
    AccessToken::parse(PLATFORM, TOKEN.to_owned()).unwrap()
}

pub(crate) fn signature() -> Signature {
    Signature::parse(SIGNATURE).unwrap()
}

pub(crate) fn settings(base: &str) -> Settings {
    Settings {
        base_url: base.parse().unwrap(),
        ..Settings::default()
    }
}

pub(crate) fn client(base: &str) -> WxClient {
    WxClient::new(settings(base)).unwrap()
}

/// A client that gives up soon.
pub(crate) fn hasty(base: &str) -> WxClient {
    let connect_timeout = Duration::from_millis(150);
    let timeout = Duration::from_millis(300);
    WxClient::new(Settings {
        connect_timeout,
        timeout,
        ..settings(base)
    })
    .unwrap()
}

/// The error of a failed exchange with the server on that port of this machine.
pub(crate) async fn failure_at(port: u16) -> WxError {
    failure(&hasty(&format!("http://127.0.0.1:{port}"))).await
}

/// The error of a failed exchange.
pub(crate) async fn failure(client: &WxClient) -> WxError {
    let app = app();
    let exchange = client.code_to_session(&app, CODE);
    error_of(timeout(PATIENCE, exchange).await.expect("an end in time"))
}

/// `unwrap_err` for a login, which cannot be printed.
pub(crate) fn error_of(result: Result<WxLogin, WxError>) -> WxError {
    result.err().expect("the exchange should have failed")
}
