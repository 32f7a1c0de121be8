//! Time, room, and panics.
use std::{
    future::pending,
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use auth_gateway::{
    GivenPhone, Granted, Limits, ListedSession, LoggedIn, Login, OpenData, PhoneNumber, Profile,
    Session, SessionPort, SessionToken, User,
};
use axum::body::Body;
use service_kit::RemoteError;
use tokio::sync::Notify;

use super::support::{Edge, every_operation, plain, with_body, with_token};

/// A limit that is soon over; nothing below would ever answer by itself.
const SOON: Duration = Duration::from_millis(50);

/// A session-service that is asked and never answers.
#[derive(Default)]
struct Silent {
    asked: Arc<Notify>,
}

impl Silent {
    async fn wait<T>(&self) -> Result<T, RemoteError> {
        self.asked.notify_one();
        pending().await
    }
}

#[async_trait]
impl SessionPort for Silent {
    async fn login(&self, _: Login) -> Result<LoggedIn, RemoteError> {
        self.wait().await
    }

    async fn verify(&self, _: &SessionToken) -> Result<Session, RemoteError> {
        self.wait().await
    }

    async fn refresh(&self, _: &SessionToken) -> Result<Granted, RemoteError> {
        self.wait().await
    }

    async fn logout(&self, _: &SessionToken) -> Result<(), RemoteError> {
        panic!("as a test wants it")
    }

    async fn sessions(&self, _: &SessionToken) -> Result<Vec<ListedSession>, RemoteError> {
        self.wait().await
    }

    async fn end_session(&self, _: &SessionToken, _: &str) -> Result<(), RemoteError> {
        self.wait().await
    }

    async fn end_all(&self, _: &SessionToken) -> Result<(), RemoteError> {
        self.wait().await
    }

    async fn erase(&self, _: &SessionToken) -> Result<(), RemoteError> {
        self.wait().await
    }

    async fn open_data(&self, _: &SessionToken, _: OpenData) -> Result<String, RemoteError> {
        self.wait().await
    }

    async fn phone_number(
        &self,
        _: &SessionToken,
        _: GivenPhone,
    ) -> Result<PhoneNumber, RemoteError> {
        self.wait().await
    }

    async fn user(&self, _: &str) -> Result<User, RemoteError> {
        self.wait().await
    }

    async fn update_profile(&self, _: &SessionToken, _: Profile) -> Result<User, RemoteError> {
        self.wait().await
    }
}

#[tokio::test]
async fn a_request_without_an_answer_ends_in_time() {
    let limits = Limits {
        request_timeout: SOON,
        ..Limits::default()
    };
    let edge = Edge::asking(Arc::new(Silent::default()), &limits);
    for request in every_operation() {
        if request.method() == "DELETE" {
            continue;
        }
        let answer = edge.send(request).await;
        assert_eq!(answer.refusal(), (504, "deadline_exceeded".to_owned()));
    }
    let inside = edge.ask_inside(with_token(plain("GET /verify"))).await;
    assert_eq!(inside.refusal(), (503, "store_unavailable".to_owned()));
}

#[tokio::test]
async fn a_body_that_never_ends_is_given_up_on() {
    let limits = Limits {
        body_timeout: SOON,
        ..Limits::default()
    };
    let edge = Edge::asking(Arc::new(Silent::default()), &limits);
    let endless = futures::stream::pending::<Result<axum::body::Bytes, std::io::Error>>();
    let request = with_body("POST /v1/login", Body::from_stream(endless));
    let started = Instant::now();
    assert_eq!(edge.send(request).await.refusal().0, 504);
    assert!(started.elapsed() < limits.request_timeout);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused() {
    let edge = Edge::start();
    let broken =
        futures::stream::iter([Err::<axum::body::Bytes, _>(std::io::Error::other("gone"))]);
    let request = with_body("POST /v1/login", Body::from_stream(broken));
    assert_eq!(
        edge.send(request).await.refusal(),
        (400, "invalid_request".to_owned())
    );
}

#[tokio::test]
async fn work_beyond_the_limit_is_refused_at_once() {
    let limits = Limits {
        concurrent_requests: 1,
        ..Limits::default()
    };
    let silent = Silent::default();
    let asked = silent.asked.clone();
    let edge = Arc::new(Edge::asking(Arc::new(silent), &limits));
    let busy = edge.clone();
    let first =
        tokio::spawn(async move { busy.send(with_token(plain("GET /v1/session"))).await.status });
    asked.notified().await;
    // Another route: the limit is the surface's, not the route's.
    let second = edge
        .send(with_token(plain("POST /v1/session/refresh")))
        .await;
    assert_eq!(second.refusal(), (503, "overloaded".to_owned()));
    let unknown = edge.send(plain("GET /nowhere")).await;
    assert_eq!(unknown.refusal(), (503, "overloaded".to_owned()));
    let inside = edge.ask_inside(plain("GET /verify")).await;
    assert_eq!(
        inside.refusal().0,
        401,
        "the internal surface has room of its own"
    );
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    assert_eq!(
        edge.send(plain("GET /nowhere")).await.refusal().0,
        404,
        "room again"
    );
}

#[tokio::test]
async fn slow_logins_take_no_place_from_those_who_are_logged_in() {
    let limits = Limits {
        concurrent_logins: 1,
        ..Limits::default()
    };
    let silent = Silent::default();
    let asked = silent.asked.clone();
    let edge = Arc::new(Edge::asking(Arc::new(silent), &limits));
    let login = || with_body("POST /v1/login", r#"{"code":"c"}"#);
    let busy = edge.clone();
    let first = tokio::spawn(async move { busy.send(login()).await.status });
    asked.notified().await;
    assert_eq!(
        edge.send(login()).await.refusal(),
        (503, "overloaded".to_owned())
    );
    assert_eq!(edge.send(plain("GET /nowhere")).await.refusal().0, 404);
    let other = edge.clone();
    let verify =
        tokio::spawn(async move { other.ask_inside(with_token(plain("GET /verify"))).await });
    asked.notified().await; // it reached session-service
    verify.abort();
    first.abort();
}

#[tokio::test]
async fn a_panic_ends_one_request_and_tells_nothing() {
    let edge = Edge::asking(Arc::new(Silent::default()), &Limits::default());
    let answer = edge.send(with_token(plain("DELETE /v1/session"))).await;
    assert_eq!(answer.refusal(), (500, "internal".to_owned()));
    assert!(!answer.text.contains("as a test wants it"));
    assert_eq!(edge.send(plain("GET /nowhere")).await.refusal().0, 404);
}
