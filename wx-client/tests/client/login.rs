//! Successful answers in all their shapes, and what they were answers to.

use tokio::{io::AsyncWriteExt, net::TcpStream};
use url::Url;
use wx_client::{BuildError, Settings, WxClient};

use crate::{
    raw::{raw, read_request},
    stub::{APPID, CODE, OPENID, SECRET, SESSION_KEY, Stub, app, client, hasty, settings},
};

fn success(more: &str) -> String {
    format!(r#"{{"session_key":"{SESSION_KEY}","openid":"{OPENID}"{more}}}"#)
}

#[tokio::test]
async fn a_good_code_names_user_and_key() {
    let wechat = Stub::saying(success(r#","unionid":"oUnion-_1""#)).await;
    let login = wechat.exchange().await.unwrap();
    assert_eq!(login.openid, OPENID);
    assert_eq!(login.unionid.as_deref(), Some("oUnion-_1"));
    assert_eq!(login.session_key.expose(), SESSION_KEY);
}

#[tokio::test]
async fn success_is_told_in_many_shapes() {
    let escaped = SESSION_KEY.replace('=', r"\u003d");
    let bodies = [
        success(""),
        success(r#","errcode":0,"errmsg":"ok""#),
        success(r#","errcode":"0","errmsg":null"#),
        success(r#","errcode":null,"errmsg":7"#),
        success(r#","expires_in":7200,"new":{"openid":["x"]}"#),
        success(r#","unionid":"""#),
        success(r#","unionid":null"#),
        format!("\u{feff}{}", success("")),
        format!(" \r\n\t{}\n", success("")),
        success("").replace(SESSION_KEY, &escaped),
    ];
    let wechat = Stub::saying("").await;
    for body in bodies {
        wechat.say(200, body.clone());
        let login = wechat
            .exchange()
            .await
            .unwrap_or_else(|error| panic!("{body}: {error:?}"));
        assert_eq!(
            (login.openid.as_str(), login.unionid),
            (OPENID, None),
            "{body}"
        );
        assert_eq!(login.session_key.expose(), SESSION_KEY, "{body}");
    }
}

#[tokio::test]
async fn openids_of_1_to_128_characters_pass() {
    let wechat = Stub::saying("").await;
    for openid in ["-".to_owned(), "_".repeat(128)] {
        wechat.say(200, success("").replace(OPENID, &openid));
        assert_eq!(wechat.exchange().await.unwrap().openid, openid);
    }
}

#[tokio::test]
async fn a_request_is_one_plain_get() {
    let wechat = Stub::saying(success("")).await;
    wechat.exchange().await.unwrap();
    let seen = wechat.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].line, "GET /sns/jscode2session");
    assert_eq!(seen[0].headers, ["accept", "host"]);
    let pairs = [
        ("appid", APPID),
        ("secret", SECRET),
        ("js_code", CODE),
        ("grant_type", "authorization_code"),
    ];
    assert_eq!(
        seen[0].query,
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[tokio::test]
async fn a_base_path_is_kept_either_way() {
    let wechat = Stub::saying(success("")).await;
    for base in ["/stand-in", "/stand-in/"] {
        let client = client(&format!("http://127.0.0.1:{}{base}", wechat.port));
        client.code_to_session(&app(), CODE).await.unwrap();
        assert_eq!(
            wechat.seen()[0].line,
            "GET /stand-in/sns/jscode2session",
            "{base}"
        );
    }
}

#[tokio::test]
async fn clones_and_calls_share_one_connection() {
    let body = success("");
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let port = raw(async move |mut stream: TcpStream| {
        stream.write_all(answer.as_bytes()).await.unwrap();
        read_request(&mut stream).await;
        stream.write_all(answer.as_bytes()).await.unwrap();
    })
    .await;
    let client = hasty(&format!("http://127.0.0.1:{port}"));
    client.clone().code_to_session(&app(), CODE).await.unwrap();
    client.code_to_session(&app(), CODE).await.unwrap();
}

#[test]
fn a_base_url_must_be_bare_and_web() {
    let unfit = [
        "ftp://api.weixin.qq.com/",
        "unix:/run/wechat",
        "https://user@api.weixin.qq.com/",
        "https://:word@api.weixin.qq.com/",
        "https://api.weixin.qq.com/?a=b",
        "https://api.weixin.qq.com/#a",
    ];
    for base in unfit {
        let error = WxClient::new(settings(base)).unwrap_err();
        assert!(matches!(error, BuildError::BaseUrl), "{base}: {error:?}");
    }
}

#[test]
fn the_default_is_the_real_wechat() {
    let settings = Settings::default();
    assert_eq!(
        settings.base_url,
        Url::parse("https://api.weixin.qq.com").unwrap()
    );
    assert_eq!(
        (
            settings.connect_timeout.as_secs(),
            settings.timeout.as_secs()
        ),
        (1, 3)
    );
    assert!(WxClient::new(settings).is_ok());
}
