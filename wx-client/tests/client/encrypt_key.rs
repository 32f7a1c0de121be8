//! Answers about the keys that a mini-program encrypts with.

use std::time::{Duration, UNIX_EPOCH};

use wx_client::{EncryptKey, Garbage, WxError};

use crate::stub::{OPENID, SUCCESS, Stub, signature, token};

const KEY: &str = "VI6BpyrK9XH4i4AIGe86tg==";
const IV: &str = "6003f73ec441c386";

async fn keys(wechat: &Stub, body: String) -> Result<Vec<EncryptKey>, WxError> {
    wechat.say(200, body);
    let client = wechat.client();
    client
        .user_encrypt_keys(&token(), OPENID, &signature())
        .await
}

#[tokio::test]
async fn keys_come_with_their_life() {
    let wechat = Stub::saying("").await;
    let keys = keys(&wechat, SUCCESS.to_owned()).await.unwrap();
    let lives: Vec<_> = keys
        .iter()
        .map(|key| (key.version, key.expires_in.as_secs()))
        .collect();
    assert_eq!(lives, [(10, 3597), (9, 0)]);
    assert_eq!(
        keys[0].created,
        UNIX_EPOCH + Duration::from_secs(1_616_572_301)
    );
    assert_eq!(*keys[0].iv, *b"6003f73ec441c386");
    let key = [0x54, 0x8e, 0x81, 0xa7, 0x2a, 0xca, 0xf5, 0x71];
    assert_eq!(keys[0].key[..8], key);
}

#[tokio::test]
async fn a_strange_key_is_garbage() {
    let wechat = Stub::saying("").await;
    let list = "[".to_owned() + &"{},".repeat(16) + "{}]";
    let changes = [
        ("key_info_list", "keys", Garbage::Missing("key_info_list")),
        (
            KEY,
            "VI6BpyrK9XH4i4AIGe86",
            Garbage::Malformed("encrypt_key"),
        ),
        (
            KEY,
            "VI6BpyrK9XH4i4AIGe86tg",
            Garbage::Malformed("encrypt_key"),
        ),
        (KEY, "", Garbage::Malformed("encrypt_key")),
        (IV, "6003f73ec441c38", Garbage::Malformed("iv")),
        (IV, "6003f73ec441c38\u{f6}", Garbage::Malformed("iv")),
        (
            "\"version\": 10",
            "\"version\": -10",
            Garbage::Malformed("version"),
        ),
        (
            "\"expire_in\": 3597",
            "\"expire_in\": -1",
            Garbage::Malformed("expire_in"),
        ),
        ("1616572301", "null", Garbage::Missing("create_time")),
    ];
    for (part, other, expected) in changes {
        let error = keys(&wechat, SUCCESS.replacen(part, other, 1))
            .await
            .unwrap_err();
        assert!(
            matches!(error, WxError::Garbage(found) if found == expected),
            "{part} as {other}: {error:?}"
        );
    }
    for list in ["{}", "[7]", "\"\"", &list] {
        let error = keys(
            &wechat,
            format!(r#"{{"errcode":0,"key_info_list":{list}}}"#),
        )
        .await;
        let expected = Garbage::Malformed("key_info_list");
        assert!(
            matches!(error, Err(WxError::Garbage(found)) if found == expected),
            "{list}"
        );
    }
}

#[tokio::test]
async fn a_key_does_not_print_itself() {
    let keys = keys(&Stub::saying("").await, SUCCESS.to_owned())
        .await
        .unwrap();
    let text = format!("{keys:?}");
    assert!(text.contains("version: 10"));
    assert!(
        !text.contains("54") && !text.contains("6003") && !text.contains("84"),
        "{text}"
    );
}
