//! Opening data: the ring, the window, the limits.
use std::time::Duration;

use service_kit::{RemoteError, Timestamp};
use wx_proto::common::v1::ErrorReason;

use super::harness::{MADE, OPENID, Server, ask, good, key};

async fn ring(server: &Server, bytes: [u8; 3]) -> Vec<Vec<u8>> {
    let mut ring = Vec::new();
    for byte in bytes {
        ring.push(server.seal(&key(byte)).await);
    }
    ring
}

#[tokio::test]
async fn any_key_of_the_ring_may_open() {
    let server = Server::start().await;
    let ring = ring(&server, [1, 2, 3]).await;
    for byte in [1, 2, 3] {
        let json = server
            .open(ask(byte, good().as_bytes(), ring.clone()))
            .await;
        assert_eq!(json.unwrap(), good(), "key {byte}");
    }
    let foreign = server.open(ask(4, good().as_bytes(), ring)).await;
    assert!(foreign.is_err());
    server.stop().await;
}

#[tokio::test]
async fn an_unusable_key_does_not_hide_the_next() {
    let server = Server::start().await;
    let mut ring = ring(&server, [1, 2, 3]).await;
    ring[0] = server
        .seal_for(("wx1", OPENID), &key(1))
        .await
        .ok()
        .unwrap()
        .sealed;
    ring[1] = b"no sealed key".to_vec();
    let json = server.open(ask(3, good().as_bytes(), ring)).await;
    assert_eq!(json.unwrap(), good());
    server.stop().await;
}

#[tokio::test]
async fn a_ring_of_four_is_the_callers_fault() {
    let server = Server::start().await;
    let ring = vec![server.seal(&key(1)).await; 4];
    let refused = server
        .open(ask(1, good().as_bytes(), ring))
        .await
        .unwrap_err();
    assert_eq!(
        RemoteError::from(refused).reason,
        ErrorReason::InvalidRequest
    );
    server.stop().await;
}

#[tokio::test]
async fn an_owner_must_be_named() {
    let server = Server::start().await;
    let whole = ask(1, good().as_bytes(), vec![server.seal(&key(1)).await]);
    let (mut appless, mut userless) = (whole.clone(), whole);
    appless.appid.clear();
    userless.openid.clear();
    for request in [appless, userless] {
        let refused = server.open(request).await.unwrap_err();
        assert_eq!(
            RemoteError::from(refused).reason,
            ErrorReason::InvalidRequest
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn data_opens_only_within_the_watermark_window() {
    let server = Server::start().await;
    let request = ask(1, good().as_bytes(), vec![server.seal(&key(1)).await]);
    let edges = [
        (-61, false),
        (-60, true),
        (0, true),
        (300, true),
        (301, false),
    ];
    for (offset, opens) in edges {
        let now = MADE.checked_add_signed(offset).unwrap();
        server.clock.set(Timestamp::from_unix_seconds(now));
        let opened = server.open(request.clone()).await;
        assert_eq!(opened.is_ok(), opens, "{offset} s after the watermark");
    }
    assert_eq!(server.opened("watermark_stale"), 2);
    server.stop().await;
}

#[tokio::test]
async fn a_key_is_useful_as_long_as_its_data_is_fresh() {
    let server = Server::start().await;
    let sealed = server.seal_for(("wx1", "o"), &key(1)).await.ok().unwrap();
    let useful = Duration::try_from(sealed.useful_when_displaced.unwrap()).unwrap();
    assert_eq!(useful, Duration::from_mins(6));
    server.stop().await;
}

#[tokio::test]
async fn an_oversized_request_is_refused_unread() {
    let server = Server::start().await;
    let mut request = ask(1, good().as_bytes(), vec![server.seal(&key(1)).await]);
    request.encrypted_data = "A".repeat(128 * 1024);
    let refused = server.open(request).await.unwrap_err();
    assert_eq!(
        RemoteError::from(refused).reason,
        ErrorReason::PayloadTooLarge
    );
    server.stop().await;
}
