//! Signing for WeChat's own checks of a `session_key`.
use service_kit::RemoteError;
use wx_proto::common::v1::ErrorReason;

use super::harness::{APPID, Server, key};

/// Vectors `hmac-official-foo` and `hmac-d-empty-1`: key, message, signature.
const SIGNED: [(&str, &str, &str); 2] = [
    (
        "o0q0otL8aEzpcZL/FT9WsQ==",
        r#"{"foo":"bar"}"#,
        "654571f79995b2ce1e149e53c0a33dc39c0a74090db514261454e8dbe432aa0b",
    ),
    (
        "tiihtNczf5v6AKRyjwEUhQ==",
        "",
        "7154f9f8b4b76b92f541cbf0e37d48840fa06e5e42da92a6f80168a1516a4735",
    ),
];

#[tokio::test]
async fn a_message_is_signed_with_the_keys_text() {
    let server = Server::start().await;
    for (session_key, message, expected) in SIGNED {
        let sealed = server.seal(session_key).await;
        let signature = server.sign(sealed, message).await.unwrap();
        assert_eq!(signature, expected);
    }
    assert_eq!(
        server.count("crypto_signatures_total{outcome=\"ok\"}"),
        Some(2)
    );
    server.stop().await;
}

#[tokio::test]
async fn nothing_is_signed_with_a_key_of_somebody_else() {
    let server = Server::start().await;
    let foreign = server.seal_for((APPID, "oSomebodyElse"), &key(1)).await;
    let foreign = foreign.ok().unwrap().sealed;
    for sealed in [foreign, vec![], vec![1, 2, 3]] {
        let refused = RemoteError::from(server.sign(sealed, "").await.unwrap_err());
        assert_eq!(refused.reason, ErrorReason::DecryptFailed);
    }
    server.stop().await;
}
