//! What happens when the network or WeChat fails, and what that says about the code.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    time::{Instant, interval, timeout},
};
use wx_client::{Api, WxError};

use crate::{
    ask::ask,
    raw::{Raw, raw, raw_saying},
    stub::{PATIENCE, Stub, app, client, error_of, failure, failure_at, hasty},
};

fn assert_unsent(error: &WxError) {
    assert!(matches!(error, WxError::Unreachable(_)), "{error:?}");
    assert!(error.nothing_was_sent() && error.errcode().is_none());
}

fn assert_unanswered(error: &WxError) {
    assert!(matches!(error, WxError::NoAnswer(_)), "{error:?}");
    assert!(!error.nothing_was_sent() && error.errcode().is_none());
}

#[tokio::test]
async fn a_refused_connection_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    assert_unsent(&failure_at(port).await);
}

#[tokio::test]
async fn an_unknown_host_sent_nothing() {
    let client = hasty("http://no-such-host.invalid");
    assert_unsent(&failure(&client).await);
}

#[tokio::test]
async fn a_failed_tls_handshake_sent_nothing() {
    let wechat = Stub::saying("").await;
    let client = hasty(&format!("https://127.0.0.1:{}", wechat.port));
    assert_unsent(&failure(&client).await);
    assert!(wechat.seen().is_empty());
}

#[tokio::test]
async fn a_hanging_tls_handshake_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = hasty(&format!("https://{}", listener.local_addr().unwrap()));
    assert_unsent(&failure(&client).await);
}

#[tokio::test]
async fn a_code_too_long_for_a_url_sent_nothing() {
    let wechat = Stub::saying("{}").await;
    let code = "c".repeat(70_000);
    let error = error_of(wechat.client().code_to_session(&app(), &code).await);
    assert!(matches!(error, WxError::Unsendable(_)), "{error:?}");
    assert!(error.nothing_was_sent());
    assert!(wechat.seen().is_empty());
}

#[tokio::test]
async fn a_silent_wechat_is_given_up_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let start = Instant::now();
    assert_unanswered(&failure_at(port).await);
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn an_abandoned_call_frees_its_socket() {
    let (freed, is_freed) = oneshot::channel();
    let port = raw(async move |mut stream: TcpStream| {
        let end = stream.read(&mut [0; 1]).await;
        freed.send(end).unwrap();
    })
    .await;
    assert_unanswered(&failure_at(port).await);
    let end = timeout(PATIENCE, is_freed).await.unwrap().unwrap();
    assert_eq!(end.unwrap_or(0), 0);
}

#[tokio::test]
async fn a_dripping_body_is_given_up_in_time() {
    let port = raw(async move |mut stream: TcpStream| {
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n{")
            .await
            .unwrap();
        let mut drip = interval(Duration::from_millis(20));
        while stream.write_all(b" ").await.is_ok() {
            drip.tick().await;
        }
    })
    .await;
    assert_unanswered(&failure_at(port).await);
}

#[tokio::test]
async fn a_lost_connection_leaves_the_code_in_doubt() {
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 60\r\n\r\n{\"errcode\":40029}";
    for said in ["", "HTTP/1.1 200 OK\r\ncontent-le", cut] {
        assert_unanswered(&failure_at(raw_saying(said).await).await);
    }
    let reset = raw(async |stream: TcpStream| stream.set_zero_linger().unwrap()).await;
    assert_unanswered(&failure_at(reset).await);
}

#[tokio::test]
async fn connections_that_wechat_closed_are_replaced() {
    let body = r#"{"errcode":0}"#;
    let length = body.len();
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}");
    let wechat = Raw::saying(answer).await;
    let client = client(&wechat.url());
    for _ in 0..100 {
        ask(&client, Api::CheckSessionKey).await.unwrap();
    }
}
