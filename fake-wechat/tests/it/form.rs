//! Headers and bytes of WeChat's answers.

use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::support::{Running, exchange_path};

/// An HTTP/1.1 exchange byte for byte: status line and headers in lower case, and the body.
async fn raw(fake: &Running, path: &str) -> (Vec<String>, String) {
    let mut stream = TcpStream::connect(fake.address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: fake\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (
        head.lines().map(str::to_lowercase).collect(),
        body.to_owned(),
    )
}

#[tokio::test]
async fn a_success_holds_key_openid_unionid_and_no_errcode() {
    let fake = Running::start().await;
    let user = fake
        .put_user("oMei", json!({ "session_key": "tiihtNczf5v6AKRyjwEUhQ==" }))
        .await;
    let code = fake.login_code("oMei").await;
    let (head, body) = raw(&fake, &exchange_path(&code)).await;
    let unionid = user["unionid"].as_str().unwrap();
    assert_eq!(
        body,
        format!(
            r#"{{"session_key":"tiihtNczf5v6AKRyjwEUhQ==","openid":"oMei","unionid":"{unionid}"}}"#
        )
    );
    assert_eq!(head[0], "http/1.1 200 ok");
    assert!(
        head.contains(&"content-type: text/plain".to_owned()),
        "{head:?}"
    );
}

#[tokio::test]
async fn a_user_without_unionid_has_no_such_member() {
    let fake = Running::start().await;
    let wish = json!({ "session_key": "tiihtNczf5v6AKRyjwEUhQ==", "unionid": null });
    fake.put_user("oMei", wish).await;
    let (_, body) = raw(&fake, &exchange_path(&fake.login_code("oMei").await)).await;
    assert_eq!(
        body,
        r#"{"session_key":"tiihtNczf5v6AKRyjwEUhQ==","openid":"oMei"}"#
    );
}

#[tokio::test]
async fn a_refusal_is_74_bytes_of_text_with_status_200() {
    let fake = Running::start().await;
    let (head, body) = raw(&fake, &exchange_path("unknown")).await;
    assert_eq!(head[0], "http/1.1 200 ok");
    for header in ["content-type: text/plain", "content-length: 74"] {
        assert!(head.contains(&header.to_owned()), "{head:?}");
    }
    let rid = body.strip_prefix(r#"{"errcode":40029,"errmsg":"invalid code, rid: "#);
    let rid = rid.and_then(|rest| rest.strip_suffix(r#""}"#)).unwrap();
    let groups: Vec<&str> = rid.split('-').collect();
    assert!(groups.iter().all(|group| group.len() == 8), "{rid}");
    assert_eq!(
        (groups.len(), groups[0]),
        (3, "6b49d200"),
        "the first group is the time"
    );
}

#[tokio::test]
async fn an_unknown_path_is_an_invalid_url() {
    let fake = Running::start().await;
    let (head, body) = raw(&fake, "/wxa/no-such-call?access_token=x").await;
    assert_eq!(head[0], "http/1.1 200 ok");
    assert!(
        body.starts_with(r#"{"errcode":40066,"errmsg":"invalid url rid: 6b49d200-"#),
        "{body}"
    );
}
