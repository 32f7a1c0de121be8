//! Replacing the master key.
use super::harness::{APPID, MASTER_A, MASTER_B, OPENID, Server, ask, good, key};

#[tokio::test]
async fn an_old_master_key_opens_until_it_is_removed() {
    let before = Server::with_keys(&format!("1 {MASTER_A}")).await;
    let sealed = before.seal(&key(1)).await;
    before.stop().await;

    let rings = [
        (format!("1 {MASTER_A},2 {MASTER_B}"), true),
        (format!("2 {MASTER_B},1 {MASTER_A}"), true),
        (format!("2 {MASTER_B}"), false),
        (format!("1 {MASTER_B}"), false),
        (format!("2 {MASTER_A}"), false),
    ];
    for (keys, opens) in rings {
        let after = Server::with_keys(&keys).await;
        let opened = after
            .open(ask(1, good().as_bytes(), vec![sealed.clone()]))
            .await;
        assert_eq!(opened.is_ok(), opens, "{keys}");
        assert_eq!(after.opened("unsealable"), u64::from(!opens), "{keys}");
        after.stop().await;
    }
}

#[tokio::test]
async fn equal_keys_are_known_as_equal_until_the_active_key_changes() {
    let mut prints = Vec::new();
    for keys in [
        format!("1 {MASTER_A}"),
        format!("1 {MASTER_A},2 {MASTER_B}"),
        format!("2 {MASTER_B},1 {MASTER_A}"),
    ] {
        let server = Server::with_keys(&keys).await;
        let sealed = server.seal_for((APPID, OPENID), &key(1)).await;
        prints.push(sealed.ok().unwrap().fingerprint);
        server.stop().await;
    }
    assert_eq!(prints[0], prints[1]);
    assert_ne!(prints[1], prints[2]);
}
