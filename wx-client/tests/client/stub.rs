//! Servers that play WeChat, and what every test needs to ask them.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Request,
    response::Response,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};
use wx_client::{App, Settings, WxClient, WxError, WxLogin};

pub(crate) const APPID: &str = "wx0123456789abcdef";
pub(crate) const SECRET: &str = "5ec7e7ca4a7b00b1e5f00d5c0ffee123";
pub(crate) const CODE: &str = "0716AVll20uHk94SLDml27etM946AVlq";
pub(crate) const OPENID: &str = "oGZUI0egBJY1zhBYw2KhdUfwVJJE";
pub(crate) const SESSION_KEY: &str = "tiihtNczf5v6AKRyjwEUhQ==";

/// Far more than any client here waits, far less than a hang.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// A request as the server saw it.
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<String>,
}

/// An HTTP server that gives one answer to everything and remembers what it was asked.
pub(crate) struct Stub {
    pub(crate) port: u16,
    answer: Arc<Mutex<(u16, Bytes)>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    server: JoinHandle<()>,
}

impl Stub {
    /// Answers 200 and `text/plain`, as WeChat does.
    pub(crate) async fn saying(body: impl Into<Bytes>) -> Self {
        let answer = Arc::new(Mutex::new((200, body.into())));
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let (says, notes) = (Arc::clone(&answer), Arc::clone(&seen));
        let app = Router::new().fallback(async move |request: Request| {
            notes.lock().unwrap().push(Seen::from(&request));
            let (status, body) = says.lock().unwrap().clone();
            let response = Response::builder().header("content-type", "text/plain");
            response.status(status).body(Body::from(body)).unwrap()
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            port,
            answer,
            seen,
            server,
        }
    }

    /// Changes the answer.
    pub(crate) fn say(&self, status: u16, body: impl Into<Bytes>) {
        *self.answer.lock().unwrap() = (status, body.into());
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

    /// What was asked since the last time.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl From<&Request> for Seen {
    fn from(request: &Request) -> Self {
        let uri = request.uri();
        let query = uri.query().unwrap_or_default().as_bytes();
        Self {
            line: format!("{} {}", request.method(), uri.path()),
            query: url::form_urlencoded::parse(query).into_owned().collect(),
            headers: request.headers().keys().map(ToString::to_string).collect(),
        }
    }
}

/// A server that reads one request and then does as the script says; gives its port.
pub(crate) async fn raw<F>(script: impl FnOnce(TcpStream) -> F + Send + 'static) -> u16
where
    F: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut stream = listener.accept().await.unwrap().0;
        read_request(&mut stream).await;
        script(stream).await;
    });
    port
}

/// Reads up to the end of a request's head; these requests have no body.
pub(crate) async fn read_request(stream: &mut TcpStream) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await.unwrap());
    }
}

/// A server that answers any request with these bytes and hangs up.
pub(crate) async fn raw_saying(bytes: impl Into<Vec<u8>>) -> u16 {
    let bytes = bytes.into();
    raw(async move |mut stream: TcpStream| stream.write_all(&bytes).await.unwrap()).await
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
