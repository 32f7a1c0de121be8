//! Nothing that was sent, and no key that came back, shows in an error.

use std::{error::Error, iter::successors};

use proptest::prelude::*;
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};
use wx_client::{Api, WxError};

use crate::{
    ask::{ask, fail},
    raw::Raw,
    stub::{
        CODE, OPENID, PHONE, SECRET, SECRETS, SESSION_KEY, SUCCESS, Stub, TOKEN, app, client,
        error_of, failure, hasty,
    },
    wire::wire,
};

/// All that can be printed of an error.
pub(crate) fn print(error: &WxError) -> String {
    let chain = successors(Some(error as &dyn Error), |&link| link.source());
    let links = chain.map(|link| format!("{link:?} {link:#?} {link}"));
    links.collect::<Vec<_>>().join(" ")
}

fn assert_silent(error: &WxError) {
    let text = print(error);
    for told in SECRETS
        .iter()
        .chain(&[PHONE, "sns/", "wxa/", "js_code", "secret="])
    {
        assert!(!text.contains(told), "{told} in {text}");
    }
}

/// Answers that echo whatever they can.
fn echoes() -> Vec<String> {
    let said = SECRETS.join(" ");
    let echo = format!("/sns/jscode2session?secret={SECRET}&js_code={CODE} {said} {PHONE}");
    let refusals = [-1, 1, 40001, 40013, 40029, 40226, 45011, 87009, 99999]
        .map(|errcode| format!(r#"{{"errcode":{errcode},"errmsg":"bad {said}, rid: {SECRET}"}}"#));
    let fields = [OPENID, SESSION_KEY, "7200", "1629121902", PHONE, "\"86\""];
    let spoilt = fields.map(|field| SUCCESS.replace(field, &format!("{field}{echo}")));
    let bodies = [
        echo.clone(),
        format!(r#"{{"errcode":"{echo}"}}"#),
        format!(r#"{{"openid":"{echo}","session_key":"{SESSION_KEY}"}}"#),
        format!(r#"{{"errcode":0,"access_token":" {TOKEN}","expires_in":"{TOKEN}"}}"#),
        format!(r#"{{"openid":"o1","unionid":"{echo}","session_key":"{SESSION_KEY}"}}"#),
    ];
    let bodies = bodies.into_iter().chain(spoilt).chain(refusals);
    let answers = bodies.map(|body| format!("HTTP/1.1 200 OK\r\n\r\n{body}"));
    let heads = [
        format!("HTTP/1.1 302 Found\r\nlocation: {echo}\r\n\r\n"),
        format!("HTTP/1.1 500 {SECRET}\r\n\r\n{echo}"),
        format!("HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n{echo}"),
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{echo}"),
        format!("{SECRET} {CODE} {echo}\r\n\r\n"),
    ];
    answers.chain(heads).collect()
}

#[tokio::test]
async fn no_answer_can_make_an_error_tell() {
    for answer in echoes() {
        let wechat = Raw::saying(answer).await;
        for api in Api::ALL {
            // Some echoes are harmless to some calls.
            if let Err(error) = ask(&hasty(&wechat.url()), api).await {
                assert_silent(&error);
            }
        }
    }
}

#[tokio::test]
async fn no_broken_connection_can_make_an_error_tell() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = silent.local_addr().unwrap().port();
    let hanging = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hanging_port = hanging.local_addr().unwrap().port();
    let reset = async |stream: TcpStream| stream.set_zero_linger().unwrap();
    let reset = Raw::doing(reset).await;
    let closed = Raw::saying("").await;
    for port in [silent, hanging_port, reset.port, closed.port] {
        for api in Api::ALL {
            assert_silent(&fail(&hasty(&format!("http://127.0.0.1:{port}")), api).await);
            assert_silent(&fail(&hasty(&format!("https://127.0.0.1:{port}")), api).await);
        }
    }
    assert_silent(&failure(&hasty("http://no-such-host.invalid")).await);
    let long = CODE.repeat(3_000);
    let refused = client("http://127.0.0.1:1")
        .code_to_session(&app(), &long)
        .await;
    assert_silent(&error_of(refused));
}

#[test]
fn an_app_does_not_print_its_secret() {
    assert!(!format!("{:?}", app()).contains(SECRET));
}

/// Text with no character that stands for a hidden or an unprintable one.
const CODES: &str = "[A-Za-z0-9&=%+ /_-]{1,64}";

#[test]
fn no_part_of_what_was_sent_comes_back() {
    let runtime = Runtime::new().unwrap();
    let wechat = runtime.block_on(Stub::saying(""));
    let client = wechat.client();
    proptest!(|(code in CODES, from in 0..26_usize, before in "[a-z, ]{0,40}", upper: bool)| {
        let part = &SECRET[from..];
        let part = if upper { part.to_uppercase() } else { part.to_owned() };
        wechat.say(200, format!(r#"{{"errcode":40125,"errmsg":"{before}{part} {code}"}}"#));
        let error = error_of(runtime.block_on(client.code_to_session(&app(), &code)));
        let errmsg = error.refusal().unwrap().errmsg.to_lowercase();
        prop_assert!(!errmsg.contains(&code.to_lowercase()), "{errmsg}");
        for start in 0..=SECRET.len() - 6 {
            prop_assert!(!errmsg.contains(&SECRET[start..start + 6]), "{errmsg}");
        }
    });
}

#[tokio::test]
async fn an_escaped_echo_is_hidden_too() {
    let wechat = Stub::saying(r#"{"errcode":40029,"errmsg":"bad a%26b%3Dc%2F"}"#).await;
    let error = error_of(wechat.client().code_to_session(&app(), "a&b=c/").await);
    assert_eq!(error.refusal().unwrap().errmsg, "bad ************");
}

#[tokio::test]
async fn a_hidden_echo_spares_the_words_around_it() {
    let errmsg = format!("invalid code {CODE} given, rid: 66c69111-4157f271-729ca238");
    let wechat = Stub::saying(format!(r#"{{"errcode":40029,"errmsg":"{errmsg}"}}"#)).await;
    let error = error_of(wechat.exchange().await);
    let refusal = error.refusal().unwrap();
    assert_eq!(
        refusal.errmsg,
        format!("invalid code {} given", "*".repeat(32))
    );
    assert_eq!(refusal.rid.as_deref(), Some("66c69111-4157f271-729ca238"));
}

#[tokio::test]
async fn an_echo_shaped_like_a_rid_is_no_rid() {
    let (first, rest) = SECRET.split_at(8);
    let rid = format!("{first}-{}-{}", &rest[..8], &rest[8..16]);
    let wechat = Stub::saying(format!(r#"{{"errcode":40125,"errmsg":"bad, rid: {rid}"}}"#)).await;
    assert_eq!(
        error_of(wechat.exchange().await).refusal().unwrap().rid,
        None
    );
}

#[tokio::test]
async fn half_an_echo_of_what_a_call_sent_is_hidden_too() {
    let wechat = Stub::saying("").await;
    for api in Api::ALL {
        let sent = wire(api, CODE, OPENID);
        let sent = sent.query.into_iter().chain(sent.body);
        let sent: Vec<String> = sent.map(|(_, value)| value).collect();
        for told in SECRETS
            .iter()
            .filter(|told| sent.iter().any(|s| s == *told))
        {
            let half = &told[..told.len().min(24) / 2];
            wechat.say(200, format!(r#"{{"errcode":40013,"errmsg":"bad {half}"}}"#));
            let error = wechat.fail(api).await;
            let errmsg = &error.refusal().unwrap().errmsg;
            assert_eq!(errmsg, "bad ************", "{api:?}");
        }
    }
}
