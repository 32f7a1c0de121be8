//! Checking `rawData` against the ring.
use service_kit::RemoteError;
use wx_proto::{common::v1::ErrorReason, crypto::v1::VerifyRawDataRequest};

use super::harness::{APPID, OPENID, Server, key, seen};

const RAW: &str = r#"{"nickName":"微信用户"}"#;
/// Of `RAW` and `key(2)`.
const SIGNATURE: &str = "6eabbd2a6cfa4d8d2395389fd59a9bfeee6fcf60";

fn signed(ring: Vec<Vec<u8>>) -> VerifyRawDataRequest {
    VerifyRawDataRequest {
        appid: APPID.to_owned(),
        openid: OPENID.to_owned(),
        ring,
        raw_data: RAW.to_owned(),
        signature: SIGNATURE.to_owned(),
    }
}

#[tokio::test]
async fn any_key_of_the_ring_may_have_signed() {
    let server = Server::start().await;
    let ring = vec![server.seal(&key(1)).await, server.seal(&key(2)).await];
    server.verify(signed(ring)).await.unwrap();
    assert_eq!(
        server.count("crypto_raw_data_total{outcome=\"ok\"}"),
        Some(1)
    );
    server.stop().await;
}

#[tokio::test]
async fn a_signature_of_no_key_is_one_refusal() {
    let server = Server::start().await;
    let foreign = server.seal(&key(1)).await;
    let mut truncated = signed(vec![server.seal(&key(2)).await]);
    truncated.signature.pop();
    let mut answers = Vec::new();
    for request in [
        signed(vec![]),
        signed(vec![vec![1]]),
        signed(vec![foreign]),
        truncated,
    ] {
        let status = server.verify(request).await.unwrap_err();
        answers.push(seen(&status));
        assert_eq!(RemoteError::from(status).reason, ErrorReason::DecryptFailed);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    server.stop().await;
}
