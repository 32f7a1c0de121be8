//! The whole gateway on real sockets, and bytes that no HTTP library would send.
use std::{net::SocketAddr, time::Duration};

use auth_gateway::{Config, Deadlines, GatewayConfig};
use service_kit::{GrpcBind, Host, Listen};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{
    script::{Script, TOKEN},
    support::{host, serve},
};

const PATIENCE: Duration = Duration::from_secs(20);

struct Running {
    session: SocketAddr,
    public: SocketAddr,
    internal: SocketAddr,
    admin: SocketAddr,
    gateway: Host,
    behind: Host,
}

/// The gateway as a process runs it, on free ports, with the script on another.
async fn run() -> Running {
    let session = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let running = run_before(session.local_addr().unwrap(), Deadlines::default()).await;
    serve(&Script::default(), GrpcBind::Tcp(session), &running.behind);
    running
}

/// The gateway alone, told that session-service is at `session`.
async fn run_before(session: SocketAddr, deadlines: Deadlines) -> Running {
    let gateway = GatewayConfig {
        session_service: format!("http://{session}"),
        deadlines,
        public: Listen::loopback(0),
        internal: Listen::loopback(0),
        admin: Listen::loopback(0),
        ..GatewayConfig::default()
    };
    let config = Config {
        gateway,
        ..Config::default()
    };
    let behind = host();
    let sockets = config.bind().await.unwrap();
    let [public, internal, admin] =
        [&sockets.public, &sockets.internal, &sockets.admin].map(|s| s.local_addr().unwrap());
    let gateway = host();
    config.start_on(sockets, gateway.clone()).await.unwrap();
    Running {
        session,
        public,
        internal,
        admin,
        gateway,
        behind,
    }
}

/// Sends `bytes` as they are, and reads until the other side closes.
async fn raw(to: SocketAddr, bytes: &str) -> String {
    let mut stream = TcpStream::connect(to).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let reading = stream.read_to_end(&mut answer);
    tokio::time::timeout(PATIENCE, reading)
        .await
        .expect("an end")
        .unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn get(path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {TOKEN}\r\n\r\n"
    )
}

#[tokio::test]
async fn all_three_ports_serve() {
    let running = run().await;
    let session = raw(running.public, &get("/v1/session")).await;
    assert!(session.starts_with("HTTP/1.1 200"), "{session}");
    let verified = raw(running.internal, &get("/verify")).await;
    assert!(
        verified.contains("x-wx-openid: oScript-openid\r\n"),
        "{verified}"
    );
    assert!(verified.contains("x-wx-source: \r\n"), "{verified}");
    let metrics = raw(running.admin, &get("/metrics")).await;
    assert!(
        metrics.contains(r#"route="GET /v1/session",outcome="200""#),
        "{metrics}"
    );
    assert!(
        metrics.contains(r#"route="GET /verify",outcome="200""#),
        "{metrics}"
    );
    let ready = raw(running.admin, &get("/readyz")).await;
    assert!(ready.starts_with("HTTP/1.1 200"), "{ready}");
}

#[tokio::test]
async fn a_service_that_goes_and_returns_is_503_then_200() {
    let running = run().await;
    let up = raw(running.public, &get("/v1/session")).await;
    assert!(up.starts_with("HTTP/1.1 200"), "{up}");
    running.behind.lifecycle.stop().await;
    for (port, path) in [
        (running.public, "/v1/session"),
        (running.internal, "/verify"),
    ] {
        let down = raw(port, &get(path)).await;
        assert!(down.starts_with("HTTP/1.1 503"), "{down}");
        assert!(down.contains("store_unavailable"), "{down}");
    }
    let session = TcpListener::bind(running.session).await.unwrap();
    serve(&Script::default(), GrpcBind::Tcp(session), &host());
    let up = raw(running.public, &get("/v1/session")).await;
    assert!(up.starts_with("HTTP/1.1 200"), "{up}");
}

#[tokio::test]
async fn a_service_that_dies_in_the_middle_of_a_call_is_503() {
    let session = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let running = run_before(session.local_addr().unwrap(), Deadlines::default()).await;
    let dying = tokio::spawn(async move {
        loop {
            let (mut stream, _) = session.accept().await.unwrap();
            // An empty SETTINGS frame, so that the call is sent; then the end.
            stream
                .write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0])
                .await
                .unwrap();
            let mut some = [0; 512];
            while stream.read(&mut some).await.unwrap() == some.len() {}
        }
    });
    for (port, path) in [
        (running.public, "/v1/session"),
        (running.internal, "/verify"),
    ] {
        let answer = raw(port, &get(path)).await;
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    }
    dying.abort();
}

#[tokio::test]
async fn a_service_that_hangs_is_given_up_on() {
    let session = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let deadlines = Deadlines {
        session: Duration::from_millis(50),
        ..Deadlines::default()
    };
    let running = run_before(session.local_addr().unwrap(), deadlines).await;
    let outside = raw(running.public, &get("/v1/session")).await;
    assert!(outside.starts_with("HTTP/1.1 504"), "{outside}");
    let inside = raw(running.internal, &get("/verify")).await;
    assert!(inside.starts_with("HTTP/1.1 503"), "{inside}");
}

#[tokio::test]
async fn a_chunked_body_without_end_is_cut_off() {
    let running = run().await;
    let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
    let request = format!(
        "POST /v1/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         transfer-encoding: chunked\r\n\r\n{}",
        chunk.repeat(5)
    );
    let answer = raw(running.public, &request).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("payload_too_large"), "{answer}");
}

#[tokio::test]
async fn an_announced_flood_is_refused_before_it_comes() {
    let running = run().await;
    let request = "POST /v1/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
        content-length: 1000000000000000000\r\n\r\n{";
    let answer = raw(running.public, request).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn stopping_ends_every_listener() {
    let running = run().await;
    tokio::time::timeout(PATIENCE, running.gateway.lifecycle.stop())
        .await
        .expect("a drained gateway");
    for port in [running.public, running.internal, running.admin] {
        assert!(TcpStream::connect(port).await.is_err(), "{port}");
    }
}
