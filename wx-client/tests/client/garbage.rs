//! Answers that make no sense.

use proptest::{collection::vec, prelude::*};
use tokio::runtime::Runtime;
use wx_client::{Garbage, WxError};

use crate::{
    raw::raw_saying,
    stub::{OPENID, SESSION_KEY, Stub, error_of, failure_at},
};

/// What is wrong with the answer of this status and body.
async fn fault(wechat: &Stub, status: u16, body: impl Into<Vec<u8>>) -> Garbage {
    wechat.say(status, body.into());
    let error = error_of(wechat.exchange().await);
    assert_eq!((error.errcode(), error.nothing_was_sent()), (None, false));
    let WxError::Garbage(garbage) = error else {
        panic!("{error:?}")
    };
    garbage
}

#[tokio::test]
async fn a_body_must_be_one_json_object() {
    let good = format!(r#"{{"openid":"{OPENID}","session_key":"{SESSION_KEY}"}}"#);
    let bodies = [
        String::new(),
        " ".to_owned(),
        "\u{feff}".to_owned(),
        "null".to_owned(),
        "0".to_owned(),
        "\"ok\"".to_owned(),
        "<html><body>502 Bad Gateway</body></html>".to_owned(),
        good[..good.len() - 1].to_owned(),
        good.clone() + &good,
        good.clone() + "x",
        format!("\u{feff}\u{feff}{good}"),
        format!("[{good}]"),
        format!(r#"[0,"ok","{OPENID}","","{SESSION_KEY}"]"#),
        good.replace('"', "'"),
        good.replacen('{', r#"{"openid":"other","#, 1),
        format!("callback({good})"),
        "[".repeat(60_000),
        "{\"a\":".repeat(10_000),
    ];
    let wechat = Stub::saying("").await;
    for body in bodies {
        let found = fault(&wechat, 200, body.clone()).await;
        assert_eq!(found, Garbage::NotJson, "{body:.80}");
    }
    assert_eq!(
        fault(&wechat, 200, b"{\"openid\":\"\xff\"}").await,
        Garbage::NotJson
    );
}

#[tokio::test]
async fn an_errcode_must_be_a_whole_number() {
    let wechat = Stub::saying("").await;
    let errcodes = [
        "40029.5",
        "4e4",
        "true",
        "[]",
        "{}",
        r#""""#,
        r#""-""#,
        r#""+1""#,
        r#"" 1""#,
        r#""1.0""#,
        r#""0x1""#,
        r#""9223372036854775808""#,
        "9223372036854775808",
    ];
    for errcode in errcodes {
        let body =
            format!(r#"{{"errcode":{errcode},"openid":"{OPENID}","session_key":"{SESSION_KEY}"}}"#);
        assert_eq!(
            fault(&wechat, 200, body).await,
            Garbage::BadErrcode,
            "{errcode}"
        );
    }
}

#[tokio::test]
async fn success_without_its_payload_is_garbage() {
    let wechat = Stub::saying("").await;
    let bodies = [
        ("{}".to_owned(), Garbage::Missing("openid")),
        (
            r#"{"errcode":0,"errmsg":"ok"}"#.to_owned(),
            Garbage::Missing("openid"),
        ),
        (
            format!(r#"{{"session_key":"{SESSION_KEY}"}}"#),
            Garbage::Missing("openid"),
        ),
        (
            format!(r#"{{"openid":null,"session_key":"{SESSION_KEY}"}}"#),
            Garbage::Missing("openid"),
        ),
        (
            format!(r#"{{"openId":"{OPENID}"}}"#),
            Garbage::Missing("openid"),
        ),
        (
            format!(r#"{{"openid":"{OPENID}"}}"#),
            Garbage::Missing("session_key"),
        ),
        (
            format!(r#"{{"openid":"{OPENID}","session_key":null}}"#),
            Garbage::Missing("session_key"),
        ),
    ];
    for (body, expected) in bodies {
        assert_eq!(fault(&wechat, 200, body.clone()).await, expected, "{body}");
    }
}

#[tokio::test]
async fn an_id_is_bounded_and_plain() {
    let long = format!("\"{}\"", "o".repeat(129));
    let strange = [
        "7",
        "true",
        "[]",
        "{}",
        &long,
        "\"o x\"",
        "\"ö\"",
        r#""o\u0000""#,
        "\"o{}\"",
    ];
    let wechat = Stub::saying("").await;
    for id in strange {
        let key = format!(r#""session_key":"{SESSION_KEY}""#);
        let as_openid = format!(r#"{{"openid":{id},{key}}}"#);
        assert_eq!(
            fault(&wechat, 200, as_openid).await,
            Garbage::Malformed("openid"),
            "{id}"
        );
        let as_unionid = format!(r#"{{"openid":"{OPENID}","unionid":{id},{key}}}"#);
        assert_eq!(
            fault(&wechat, 200, as_unionid).await,
            Garbage::Malformed("unionid"),
            "{id}"
        );
    }
    let empty = format!(r#"{{"openid":"","session_key":"{SESSION_KEY}"}}"#);
    assert_eq!(
        fault(&wechat, 200, empty).await,
        Garbage::Malformed("openid")
    );
}

#[tokio::test]
async fn a_session_key_is_base64_of_16_bytes() {
    let strange = [
        r#""""#,
        "7",
        "[]",
        r#""tiihtNczf5v6AKRyjwEUhQ""#,    // no padding
        r#""tiihtNczf5v6AKRyjwEUhR==""#,  // spare bits set
        r#""tiihtNczf5v6AKRyjwEU""#,      // 15 bytes
        r#""tiihtNczf5v6AKRyjwEUhQA=""#,  // 17 bytes
        r#""tiihtNczf5v6AKRyjwEUhQAA""#,  // 18 bytes
        r#""tiihtNczf5v6AKRyjwEUhQ== ""#, // a blank
        r#""tiihtNczf5v6AKRyjwEU-_==""#,  // the other alphabet
        r#""tiihtNczf5v6AKRyjwEUhQ==tiihtNczf5v6AKRyjwEUhQ==""#,
    ];
    let wechat = Stub::saying("").await;
    for key in strange {
        let body = format!(r#"{{"openid":"{OPENID}","session_key":{key}}}"#);
        assert_eq!(
            fault(&wechat, 200, body).await,
            Garbage::Malformed("session_key"),
            "{key}"
        );
    }
}

#[tokio::test]
async fn any_status_but_200_is_garbage() {
    let good = format!(r#"{{"openid":"{OPENID}","session_key":"{SESSION_KEY}"}}"#);
    let wechat = Stub::saying("").await;
    for status in [
        201, 203, 206, 400, 401, 403, 404, 407, 429, 500, 502, 503, 504, 599,
    ] {
        let found = fault(&wechat, status, good.clone()).await;
        assert_eq!(found, Garbage::Status(status));
    }
}

/// The text with blanks after it, so many bytes long.
fn padded(text: &str, length: usize) -> String {
    text.to_owned() + &" ".repeat(length - text.len())
}

#[tokio::test]
async fn a_body_over_64_kib_is_not_read_on() {
    let good = format!(r#"{{"openid":"{OPENID}","session_key":"{SESSION_KEY}"}}"#);
    let wechat = Stub::saying(padded(&good, 65_536)).await;
    wechat.exchange().await.unwrap();
    assert_eq!(
        fault(&wechat, 200, padded(&good, 65_537)).await,
        Garbage::TooLarge
    );
    assert_eq!(
        fault(&wechat, 200, vec![b'a'; 10_000_000]).await,
        Garbage::TooLarge
    );
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_garbage() {
    for bytes in [
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
    ] {
        let error = failure_at(raw_saying(bytes).await).await;
        assert!(
            matches!(error, WxError::Garbage(Garbage::NotHttp)),
            "{bytes}: {error:?}"
        );
    }
}

/// Bytes that come close to an answer.
fn near_answers() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        Just(b"{\"openid\":\"o1\",".to_vec()),
        Just(b"\"errcode\":".to_vec()),
        Just(b"\"session_key\":\"AAAA==\"".to_vec()),
        Just(b"}".to_vec()),
        Just(b"\xef\xbb\xbf".to_vec()),
        "[0-9,:\"\\\\{}\\[\\]-]{0,4}".prop_map(String::into_bytes),
        vec(any::<u8>(), 0..8),
    ];
    vec(pieces, 0..8).prop_map(|pieces| pieces.concat())
}

#[test]
fn no_bytes_break_the_reader_or_log_in() {
    let runtime = Runtime::new().unwrap();
    let wechat = runtime.block_on(Stub::saying(""));
    let client = wechat.client();
    proptest!(|(body in near_answers())| {
        wechat.say(200, body);
        let app = crate::stub::app();
        let result = runtime.block_on(client.code_to_session(&app, "code"));
        prop_assert!(result.is_err());
    });
}
