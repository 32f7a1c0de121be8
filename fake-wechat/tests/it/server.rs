//! The socket: who may reach it, and how it ends.

use fake_wechat::{BindError, bind};
use serde_json::json;

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
