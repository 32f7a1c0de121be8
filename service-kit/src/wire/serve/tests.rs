//! What callers get, and what operators see of it.
use std::{future::pending, net::SocketAddr, sync::Arc};

use axum::{Router, routing::post};
use http::Request;
use http_body_util::Empty;
use hyper::{
    body::Bytes,
    client::conn::http2::{self, SendRequest},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Notify,
    time::timeout,
};
use tonic::Code;
use tonic_health::pb::{
    HealthCheckRequest, HealthCheckResponse, health_check_response::ServingStatus as Health,
    health_client::HealthClient,
};

use super::*;
use crate::{Lifecycle, SystemClock};

type Healths = tonic::Streaming<HealthCheckResponse>;

/// No answer takes longer, however slow the machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server with three methods: `Answer`, `Panic`, and `Wait`, which tells `entered` and waits for
/// `leave`.
struct Serving {
    host: Host,
    address: SocketAddr,
    entered: Arc<Notify>,
    leave: Arc<Notify>,
}

impl Serving {
    async fn within(limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let serving = Self {
            host: Host::new(Lifecycle::default(), Arc::new(SystemClock)),
            address: listener.local_addr().unwrap(),
            entered: Arc::default(),
            leave: Arc::default(),
        };
        let mut server =
            GrpcServing::new(serving.routes(), serving.host.clone()).named("test.Calls");
        server.limits = limits;
        let running = server.run(GrpcBind::Tcp(listener));
        serving.host.lifecycle.spawn("test", running);
        serving
    }

    fn routes(&self) -> Routes {
        let (entered, leave) = (self.entered.clone(), self.leave.clone());
        let wait = async move || {
            entered.notify_one();
            leave.notified().await;
        };
        let router = Router::new()
            .route("/test.Calls/Answer", post(async || ()))
            .route("/test.Calls/Panic", post(panics))
            .route("/test.Calls/Hang", post(pending::<()>))
            .route("/test.Calls/Wait", post(wait));
        Routes::from(router)
    }

    async fn connect(&self) -> Connection {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let io = TokioIo::new(stream);
        let (sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
        tokio::spawn(connection);
        Connection(sender)
    }

    /// Whether operators see one call of `method` with this `outcome`.
    fn shows(&self, method: &str, outcome: Code) -> bool {
        let outcome = i32::from(outcome);
        let line = format!(
            "rpc_server_duration_seconds_count{{route=\"test.Calls/{method}\",outcome=\"{outcome}\"}} 1"
        );
        self.host.metrics.encode().contains(&line)
    }

    async fn entered(&self) {
        timeout(PATIENCE, self.entered.notified())
            .await
            .expect("a call in time");
    }
}

async fn panics() {
    tokio::task::yield_now().await;
    panic!("on purpose");
}

/// One connection: no client of tonic's, which has deadlines of its own and dials again.
#[derive(Clone)]
struct Connection(SendRequest<Empty<Bytes>>);

impl Connection {
    async fn call(&self, method: &str) -> Code {
        self.call_within(method, "1H").await
    }

    async fn call_within(&self, method: &str, patience: &str) -> Code {
        let request = Request::post(format!("http://test/test.Calls/{method}"))
            .header("content-type", "application/grpc")
            .header("grpc-timeout", patience)
            .body(Empty::new())
            .unwrap();
        let answer = timeout(PATIENCE, self.0.clone().send_request(request));
        let answer = answer.await.expect("an answer in time").unwrap();
        let code = answer.headers().get("grpc-status");
        code.map_or(Code::Ok, |code| Code::from_bytes(code.as_bytes()))
    }
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_answered_and_seen() {
    let call = Duration::from_millis(50);
    let limits = Limits {
        call,
        ..Limits::default()
    };
    let serving = Serving::within(limits).await;
    let connection = serving.connect().await;
    assert_eq!(connection.call("Hang").await, Code::DeadlineExceeded);
    assert!(serving.shows("Hang", Code::DeadlineExceeded));
}

#[tokio::test]
async fn a_callers_shorter_deadline_is_kept_and_seen() {
    let serving = Serving::within(Limits::default()).await;
    let connection = serving.connect().await;
    let answer = connection.call_within("Hang", "50m").await;
    assert_eq!(answer, Code::DeadlineExceeded);
    assert!(serving.shows("Hang", Code::DeadlineExceeded));
}

#[tokio::test]
async fn calls_beyond_the_limit_are_refused_on_every_connection_and_seen() {
    let limits = Limits {
        calls: 1,
        ..Limits::default()
    };
    let serving = Serving::within(limits).await;
    let (one, other) = (serving.connect().await, serving.connect().await);
    let waiting = tokio::spawn(async move { one.call("Wait").await });
    serving.entered().await;
    assert_eq!(other.call("Answer").await, Code::ResourceExhausted);
    assert!(serving.shows("Answer", Code::ResourceExhausted));
    serving.leave.notify_one();
    assert_eq!(waiting.await.unwrap(), Code::Ok);
    assert_eq!(other.call("Answer").await, Code::Ok);
}

#[tokio::test]
async fn a_panic_ends_one_call_and_not_its_connection() {
    let serving = Serving::within(Limits::default()).await;
    let connection = serving.connect().await;
    let beside = connection.clone();
    let waiting = tokio::spawn(async move { beside.call("Wait").await });
    serving.entered().await;
    assert_eq!(connection.call("Panic").await, Code::Internal);
    assert!(serving.shows("Panic", Code::Internal));
    serving.leave.notify_one();
    assert_eq!(waiting.await.unwrap(), Code::Ok);
    assert_eq!(connection.call("Answer").await, Code::Ok);
}

/// The health of `service`, change by change.
async fn health_of(serving: &Serving, service: &str) -> Result<Healths, Status> {
    let url = format!("http://{}", serving.address);
    let channel = crate::connect(&url, PATIENCE).unwrap();
    let service = service.to_owned();
    let mut client = HealthClient::new(channel);
    let answer = client.watch(HealthCheckRequest { service }).await?;
    Ok(answer.into_inner())
}

/// Reads until the service is `wanted`, and fails if it never is.
async fn becomes(healths: &mut Healths, wanted: Health) {
    let reading = async {
        while let Some(health) = healths.message().await.unwrap() {
            if health.status() == wanted {
                return;
            }
        }
        panic!("the server ended");
    };
    timeout(PATIENCE, reading).await.expect("it in time");
}

#[tokio::test]
async fn each_named_service_is_as_ready_as_the_host() {
    let serving = Serving::within(Limits::default()).await;
    let gate = serving.host.readiness.gate("test");
    for service in ["", "test.Calls"] {
        gate.set(false);
        let mut healths = health_of(&serving, service).await.unwrap();
        becomes(&mut healths, Health::NotServing).await;
        gate.set(true);
        becomes(&mut healths, Health::Serving).await;
    }
}

#[tokio::test]
async fn the_health_of_a_stranger_is_not_found() {
    let serving = Serving::within(Limits::default()).await;
    let refused = health_of(&serving, "test.Strangers").await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
}
