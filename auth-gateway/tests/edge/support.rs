//! A gateway in this process, and what must be true of each of its answers.
use std::{sync::Arc, time::Duration};

use auth_gateway::{Deadlines, GrpcSessions, Limits, Server, SessionPort};
use axum::{Router, body::Body};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use service_kit::{GrpcBind, GrpcServing, Host, Lifecycle, SystemClock};
use tonic::service::Routes;
use tower::ServiceExt;
use wx_proto::session::v1::session_service_server::SessionServiceServer;

use super::script::{Script, TOKEN};

/// No single answer takes longer, however slow the machine.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn host() -> Host {
    Host::new(Lifecycle::default(), Arc::new(SystemClock))
}

/// Serves `script` at `bind` until the host stops.
pub(crate) fn serve(script: &Script, bind: GrpcBind, host: &Host) {
    let routes = Routes::new(SessionServiceServer::new(script.clone()));
    let serving = GrpcServing::new(routes, host.clone());
    host.lifecycle.spawn("script", serving.run(bind));
}

/// A gateway and the script behind it.
pub(crate) struct Edge {
    pub(crate) script: Script,
    pub(crate) host: Host,
    pub(crate) behind: Host,
    public: Router,
    internal: Router,
}

impl Edge {
    pub(crate) fn start() -> Self {
        Self::within(&Limits::default())
    }

    pub(crate) fn within(limits: &Limits) -> Self {
        let (bind, channel) = GrpcBind::memory();
        let deadlines = Deadlines {
            login: PATIENCE,
            session: PATIENCE,
            other: PATIENCE,
        };
        let edge = Self::asking(Arc::new(GrpcSessions::new(channel, deadlines)), limits);
        serve(&edge.script, bind, &edge.behind);
        edge
    }

    /// A gateway that asks `sessions`; the script hears nothing.
    pub(crate) fn asking(sessions: Arc<dyn SessionPort>, limits: &Limits) -> Self {
        let host = host();
        let server = Server::new(sessions, limits, &host);
        Self {
            script: Script::default(),
            public: server.public(),
            internal: server.internal(),
            behind: self::host(),
            host,
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        answer(&self.public, request).await
    }

    pub(crate) async fn ask_inside(&self, request: Request<Body>) -> Answer {
        answer(&self.internal, request).await
    }
}

async fn answer(router: &Router, request: Request<Body>) -> Answer {
    let called = format!("{} {}", request.method(), request.uri());
    let answered = tokio::time::timeout(PATIENCE, router.clone().oneshot(request));
    let response = answered.await.expect("an answer in time").unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let answer = Answer {
        status: parts.status,
        headers: parts.headers,
        text: String::from_utf8_lossy(&body).into_owned(),
    };
    answer.check(&called);
    answer
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The status and the code of a refusal.
    pub(crate) fn refusal(&self) -> (u16, String) {
        let code = self.json()["code"].as_str().unwrap().to_owned();
        (self.status.as_u16(), code)
    }

    fn check(&self, called: &str) {
        assert!(!self.headers.contains_key("set-cookie"), "{called}");
        assert_eq!(self.header("x-request-id").len(), 36, "{called}");
        assert_eq!(self.header("cache-control"), "no-store", "{called}");
        if self.status.is_client_error() || self.status.is_server_error() {
            self.check_problem(called);
        }
    }

    fn check_problem(&self, called: &str) {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{called}"
        );
        let problem = self.json();
        let code = problem["code"].as_str().expect("a code");
        assert_eq!(problem["status"], self.status.as_u16(), "{called}");
        assert_eq!(
            problem["type"],
            format!("/problems/{}", code.replace('_', "-"))
        );
        assert_eq!(problem["title"], code.replace('_', " "));
        assert!(!problem["detail"].as_str().unwrap().is_empty(), "{called}");
        let (status, retry) = (self.status.as_u16(), self.header("retry-after"));
        assert_eq!(matches!(status, 429 | 503), !retry.is_empty(), "{called}");
        let asked = match (status, code) {
            (401, "login_code_rejected") => "Bearer".to_owned(),
            (401, _) => format!("Bearer error=\"invalid_token\", error_description=\"{code}\""),
            _ => String::new(),
        };
        assert_eq!(self.header("www-authenticate"), asked, "{called}");
    }
}

/// `POST /v1/login` and the like, with `body` as JSON.
pub(crate) fn with_body(call: &str, body: impl Into<Body>) -> Request<Body> {
    let mut request = plain(call);
    let json = "application/json".parse().unwrap();
    request.headers_mut().insert("content-type", json);
    *request.body_mut() = body.into();
    request
}

/// `GET /v1/session` and the like, without token or body.
pub(crate) fn plain(call: &str) -> Request<Body> {
    let (method, path) = call.split_once(' ').unwrap();
    let request = Request::builder().method(method).uri(path);
    request.body(Body::empty()).unwrap()
}

/// The same request, with the script's token.
pub(crate) fn with_token(mut request: Request<Body>) -> Request<Body> {
    let value = format!("Bearer {TOKEN}").parse().unwrap();
    request.headers_mut().insert("authorization", value);
    request
}

/// Each operation of the public surface, as it is meant to be called.
pub(crate) fn every_operation() -> Vec<Request<Body>> {
    vec![
        with_body("POST /v1/login", r#"{"code":"c"}"#),
        with_token(plain("POST /v1/session/refresh")),
        with_token(plain("GET /v1/session")),
        with_token(plain("DELETE /v1/session")),
        with_token(plain("GET /v1/sessions")),
        with_token(plain("DELETE /v1/sessions")),
        with_token(plain(
            "DELETE /v1/sessions/7f3c1d9a5b2e4f60818293a4b5c6d7e8",
        )),
        with_token(with_body(
            "POST /v1/open-data/decrypt",
            r#"{"encryptedData":"e","iv":"i"}"#,
        )),
        with_token(with_body("POST /v1/phone-number", r#"{"code":"c"}"#)),
        with_token(with_body("PUT /v1/user/profile", r#"{"nickname":"n"}"#)),
        with_token(plain("DELETE /v1/user")),
    ]
}
