//! One outward answer for every way in which data does not open.
use service_kit::RemoteError;
use wx_proto::{common::v1::ErrorReason, crypto::v1::OpenDataRequest};

use super::harness::{APPID, MADE, OPENID, Server, ask, good, key, seen};

/// Every precise reason, and a request that has it.
async fn failures(server: &Server) -> Vec<(&'static str, OpenDataRequest)> {
    let ring = vec![server.seal(&key(1)).await];
    let data = |plaintext: &str| ask(1, plaintext.as_bytes(), ring.clone());
    let changed = |change: fn(&mut OpenDataRequest)| {
        let mut request = data(&good());
        change(&mut request);
        request
    };
    let other_app = good().replace(APPID, "wx0000000000000000");
    let old = good().replace(&MADE.to_string(), &(MADE - 301).to_string());
    let early = good().replace(&MADE.to_string(), &(MADE + 61).to_string());
    vec![
        ("empty_ring", ask(1, good().as_bytes(), vec![])),
        ("bad_base64:iv", changed(|ask| ask.iv.push('\n'))),
        (
            "bad_length:iv",
            changed(|ask| ask.iv.replace_range(20.., "")),
        ),
        (
            "bad_base64:encryptedData",
            changed(|ask| ask.encrypted_data.push(' ')),
        ),
        (
            "bad_length:encryptedData",
            changed(|ask| ask.encrypted_data.clear()),
        ),
        ("unsealable", ask(1, good().as_bytes(), vec![vec![1; 58]])),
        ("bad_padding", ask(2, good().as_bytes(), ring.clone())),
        ("bad_utf8", ask(1, &[b'{', 0xff], ring.clone())),
        ("bad_json", data("[]")),
        ("watermark_mismatch", data(&other_app)),
        ("watermark_stale", data(&old)),
        ("watermark_stale", data(&early)),
        ("openid_mismatch", data(&good().replace(OPENID, "another"))),
    ]
}

#[tokio::test]
async fn every_failure_gets_the_same_bytes() {
    let server = Server::start().await;
    let mut answers = Vec::new();
    for (reason, request) in failures(&server).await {
        let before = server.opened(reason);
        let status = server.open(request).await.unwrap_err();
        assert_eq!(server.opened(reason), before + 1, "{reason}");
        answers.push(seen(&status));
        let outward = RemoteError::from(status).reason;
        assert_eq!(outward, ErrorReason::DecryptFailed, "{reason}");
    }
    assert_eq!(answers.len(), 13);
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    assert!(
        !answers[0].2.is_empty(),
        "the reason travels in the details"
    );
    server.stop().await;
}
