//! The socket: who may reach it, and how it ends.

use fake_wechat::{BindError, bind};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::support::{EXCHANGE, Running};

#[tokio::test]
async fn other_machines_are_refused_unless_meant() {
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let listen = listen.parse().unwrap();
        let refusal = bind(listen, false).await.unwrap_err();
        assert!(matches!(refusal, BindError::NotLoopback(address) if address == listen));
    }
    assert!(
        bind("0.0.0.0:0".parse().unwrap(), true)
            .await
            .unwrap()
            .local_addr()
            .unwrap()
            .ip()
            .is_unspecified()
    );
    for listen in ["127.0.0.1:0", "127.8.8.8:0", "[::ffff:127.0.0.1]:0"] {
        let refused = matches!(
            bind(listen.parse().unwrap(), false).await,
            Err(BindError::NotLoopback(_))
        );
        assert!(!refused, "{listen}");
    }
}

#[tokio::test]
async fn a_taken_port_is_named_in_the_error() {
    let first = bind("127.0.0.1:0".parse().unwrap(), false).await.unwrap();
    let address = first.local_addr().unwrap();
    let error = bind(address, false).await.unwrap_err();
    assert_eq!(error.to_string(), format!("cannot listen on {address}"));
}

#[tokio::test]
async fn the_world_outlives_its_server() {
    let first = Running::start().await;
    let code = first.any_login_code().await;
    let (fake, clock) = (first.fake.clone(), first.clock.clone());
    first.stop().await;
    let second = Running::serving(fake, clock).await;
    assert!(second.exchange(&code).await["openid"].is_string());
}

#[tokio::test]
async fn stopping_ends_delays_and_hanging_calls() {
    let fake = Running::start().await;
    let faults = json!([
        { "path": EXCHANGE, "times": 1, "hang": true },
        { "path": EXCHANGE, "times": 1, "delay_ms": 3_600_000 },
    ]);
    fake.plan(faults).await;
    let delayed = async {
        fake.asked_for("hanging").await;
        fake.try_exchange("delayed").await
    };
    let stop = async {
        fake.asked_for("delayed").await;
        fake.stop().await;
    };
    let (hanging, delayed, ()) = tokio::join!(fake.try_exchange("hanging"), delayed, stop);
    assert!(hanging.is_err(), "cut");
    assert!(delayed.is_ok(), "answered at once");
}

#[tokio::test]
async fn a_request_that_is_never_finished_does_not_keep_the_server() {
    let fake = Running::start().await;
    let mut unfinished = Vec::new();
    for sent in [
        "",
        "GET /sns/jscode2session?appid=",
        "POST /_fake/login-code HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n{",
    ] {
        let mut wire = TcpStream::connect(fake.address).await.unwrap();
        wire.write_all(sent.as_bytes()).await.unwrap();
        unfinished.push(wire);
    }
    // Connections are accepted in their order: this one's answer shows that the others were.
    fake.any_login_code().await;
    fake.stop().await;
    for mut wire in unfinished {
        let mut rest = Vec::new();
        // Reset or closed: it ends.
        let _ = wire.read_to_end(&mut rest).await;
    }
}

#[tokio::test]
async fn a_push_to_a_mute_server_ends_with_the_fake() {
    let fake = Running::start().await;
    fake.put_user("oMei", json!({})).await;
    let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", mute.local_addr().unwrap());
    let wish = json!({
        "openid": "oMei", "event": "user_info_modified", "token": "t", "url": url, "times": 200,
    });
    let stop = async {
        let reached = mute.accept().await.unwrap();
        fake.stop().await;
        reached
    };
    let (push, _reached) = tokio::join!(fake.post("push", wish), stop);
    let answers = push["answers"].as_array().unwrap();
    let told = "the fake stopped before an answer came";
    assert!(answers.iter().all(|heard| heard["error"] == told), "{push}");
}
