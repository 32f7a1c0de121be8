//! The way through a proxy.

use wx_client::{Api, Proxy, Settings, UnfitProxy, WxClient};

use crate::{
    ask::{ask, fail},
    raw::Raw,
    stub::{CODE, SECRET, SUCCESS, settings},
};

/// A client of a WeChat that only the proxy could find.
fn client(base: &str, proxy: &Raw) -> WxClient {
    let proxy = format!("http://me:pa55@127.0.0.1:{}", proxy.port);
    let settings = Settings {
        proxy: Some(proxy.parse().unwrap()),
        ..settings(base)
    };
    assert!(!format!("{settings:?}").contains("pa55"));
    WxClient::new(settings).unwrap()
}

#[tokio::test]
async fn a_plain_call_goes_to_the_proxy() {
    let length = SUCCESS.len();
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{SUCCESS}");
    let proxy = Raw::saying(answer).await;
    let client = client("http://wechat.invalid", &proxy);
    ask(&client, Api::CodeToSession).await.unwrap();
    let head = proxy.heads().remove(0);
    assert!(
        head.starts_with("GET http://wechat.invalid/sns/jscode2session?"),
        "{head}"
    );
    // base64 of `me:pa55`
    assert!(
        head.contains("proxy-authorization: Basic bWU6cGE1NQ==\r\n"),
        "{head}"
    );
}

#[tokio::test]
async fn of_an_encrypted_call_a_proxy_sees_the_host() {
    let proxy = Raw::saying("HTTP/1.1 403 Forbidden\r\n\r\n").await;
    let client = client("https://wechat.invalid", &proxy);
    let error = fail(&client, Api::CodeToSession).await;
    assert!(error.nothing_was_sent());
    let heads = proxy.heads();
    assert!(
        heads[0].starts_with("CONNECT wechat.invalid:443 "),
        "{heads:?}"
    );
    for told in [SECRET, CODE, "sns"] {
        assert!(!heads.concat().contains(told), "{heads:?}");
    }
}

#[test]
fn a_proxy_is_a_web_address_and_no_more() {
    for fit in [
        "http://proxy:3128",
        "https://proxy",
        "http://a:b@[::1]:8080/",
    ] {
        assert!(fit.parse::<Proxy>().is_ok(), "{fit}");
    }
    for unfit in [
        "",
        "proxy:3128",
        "socks5://proxy",
        "http://proxy/path",
        "http://p?q",
        "http://p#f",
    ] {
        assert_eq!(unfit.parse::<Proxy>(), Err(UnfitProxy), "{unfit}");
    }
}
