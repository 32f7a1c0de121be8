//! Planned faults, one by one, as the caller meets them.

use std::{io::ErrorKind, time::Duration};

use reqwest::Response;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{Instant, timeout},
};

use crate::support::{EXCHANGE, Running, exchange_path, text};

/// A fake that spoils one exchange in this way, and a login code for it.
async fn spoiling(mut fault: Value) -> (Running, String) {
    let fake = Running::start().await;
    fault["path"] = json!(EXCHANGE);
    fault["times"] = json!(1);
    fake.plan(json!([fault])).await;
    let code = fake.any_login_code().await;
    (fake, code)
}

/// Whether the code can still be exchanged, that is, the fault did not use it up.
async fn still_good(fake: &Running, code: &str) -> bool {
    fake.exchange(code).await["openid"].is_string()
}

/// What a spoiled exchange answers: content type and text.
async fn spoiled(fault: Value) -> (String, String) {
    let (fake, code) = spoiling(fault).await;
    let response = fake.try_exchange(&code).await.unwrap();
    (
        header(&response, "content-type"),
        response.text().await.unwrap(),
    )
}

fn header(response: &Response, name: &str) -> String {
    response
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap().to_owned())
        .unwrap_or_default()
}

#[tokio::test]
async fn an_errcode_leaves_the_code_unused() {
    let (fake, code) = spoiling(json!({ "errcode": -1 })).await;
    let text = fake
        .try_exchange(&code)
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        text.starts_with(r#"{"errcode":-1,"errmsg":"system error, rid: "#),
        "{text}"
    );
    assert!(still_good(&fake, &code).await);
}

#[tokio::test]
async fn a_consuming_fault_uses_the_code_up() {
    let (fake, code) = spoiling(json!({ "errcode": -1, "consume": true })).await;
    assert_eq!(fake.errcode(&code).await, -1);
    assert_eq!(fake.errcode(&code).await, 40163);
}

#[tokio::test]
async fn a_status_comes_with_a_proxys_page() {
    let (fake, code) = spoiling(json!({ "status": 502 })).await;
    let response = fake.try_exchange(&code).await.unwrap();
    assert_eq!(
        (
            response.status().as_u16(),
            header(&response, "content-type")
        ),
        (502, "text/html".to_owned())
    );
    assert!(response.text().await.unwrap().contains("502 Bad Gateway"));
    assert!(still_good(&fake, &code).await);
}

#[tokio::test]
async fn a_redirect_leads_where_it_was_told() {
    let (fake, code) = spoiling(json!({ "redirect": "http://192.0.2.1/" })).await;
    let response = fake.try_exchange(&code).await.unwrap();
    assert_eq!(
        (response.status().as_u16(), header(&response, "location")),
        (302, "http://192.0.2.1/".to_owned())
    );
}

#[tokio::test]
async fn a_delay_holds_the_true_answer_back() {
    let (fake, code) = spoiling(json!({ "delay_ms": 300 })).await;
    let asked = Instant::now();
    assert!(still_good(&fake, &code).await);
    assert!(asked.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn giving_up_during_a_delay_keeps_the_code() {
    let (fake, code) = spoiling(json!({ "delay_ms": 3_600_000 })).await;
    fake.give_up_on(&code).await;
    assert!(still_good(&fake, &code).await);
}

#[tokio::test]
async fn giving_up_during_a_consuming_delay_loses_the_code() {
    let (fake, code) = spoiling(json!({ "delay_ms": 3_600_000, "consume": true })).await;
    fake.give_up_on(&code).await;
    assert_eq!(fake.errcode(&code).await, 40163);
}

#[tokio::test]
async fn a_hanging_call_says_nothing() {
    let (fake, code) = spoiling(json!({ "hang": true })).await;
    fake.give_up_on(&code).await;
    assert!(still_good(&fake, &code).await);
}

#[tokio::test]
async fn a_reset_before_keeps_the_code() {
    let (fake, code) = spoiling(json!({ "reset": "before" })).await;
    fake.try_exchange(&code).await.unwrap_err();
    assert!(still_good(&fake, &code).await);
}

#[tokio::test]
async fn a_reset_after_loses_the_answer() {
    let (fake, code) = spoiling(json!({ "reset": "after" })).await;
    fake.try_exchange(&code).await.unwrap_err();
    assert_eq!(fake.errcode(&code).await, 40163);
}

#[tokio::test]
async fn a_reset_reaches_the_socket_without_a_byte() {
    for moment in ["before", "after"] {
        let (fake, code) = spoiling(json!({ "reset": moment })).await;
        let mut stream = TcpStream::connect(fake.address).await.unwrap();
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: fake\r\n\r\n",
            exchange_path(&code)
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let error = stream.read_to_end(&mut answer).await.unwrap_err();
        assert_eq!(
            (error.kind(), answer.len()),
            (ErrorKind::ConnectionReset, 0),
            "{moment}"
        );
    }
}

#[tokio::test]
async fn garbage_is_what_its_name_says() {
    for name in ["empty", "html", "truncated", "not_json"] {
        let (_, text) = spoiled(json!({ "garbage": name })).await;
        assert!(
            serde_json::from_str::<Value>(&text).is_err(),
            "{name}: {text}"
        );
    }
    for name in ["wrong_types", "short_key", "no_key", "no_openid"] {
        let (content_type, text) = spoiled(json!({ "garbage": name })).await;
        let json: Value = serde_json::from_str(&text).unwrap();
        assert!(
            json.get("errcode").is_none() && content_type == "text/plain",
            "{name}: {text}"
        );
    }
}

#[tokio::test]
async fn a_huge_body_is_json_of_ten_mebibytes() {
    let (_, text) = spoiled(json!({ "garbage": "huge" })).await;
    assert!(text.len() > 10 * 1024 * 1024);
    assert!(serde_json::from_str::<Value>(&text).unwrap()["openid"].is_string());
}

#[tokio::test]
async fn bytes_that_are_no_text_come_through() {
    let (fake, code) = spoiling(json!({ "garbage": "not_utf8" })).await;
    let bytes = fake
        .try_exchange(&code)
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert!(std::str::from_utf8(&bytes).is_err());
}

#[tokio::test]
async fn a_body_of_ones_own_may_have_a_status() {
    let (fake, code) = spoiling(json!({ "body": "[]", "status": 503 })).await;
    let response = fake.try_exchange(&code).await.unwrap();
    assert_eq!(
        (response.status().as_u16(), response.text().await.unwrap()),
        (503, "[]".to_owned())
    );
}

#[tokio::test]
async fn a_twist_changes_the_dress_alone() {
    let (json_type, text) = spoiled(json!({ "twist": "json_content_type" })).await;
    assert!(json_type == "application/json" && text.starts_with(r#"{"session_key":""#));
    let (_, text) = spoiled(json!({ "twist": "errcode_zero" })).await;
    assert!(text.ends_with(r#"","errcode":0,"errmsg":"ok"}"#), "{text}");
    let (_, text) = spoiled(json!({ "twist": "unknown_fields" })).await;
    assert_eq!(
        serde_json::from_str::<Value>(&text).unwrap()["expires_in"],
        7200
    );
    let (fake, code) = spoiling(json!({ "twist": "bom" })).await;
    let bytes = fake
        .try_exchange(&code)
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert!(bytes.starts_with(b"\xef\xbb\xbf{"), "{bytes:?}");
}

#[tokio::test]
async fn an_errcode_may_be_a_text() {
    let (fake, _) = spoiling(json!({ "twist": "string_errcode" })).await;
    let answer = fake.exchange("unknown").await;
    assert_eq!(answer["errcode"], "40029");
    assert!(
        answer["errmsg"]
            .as_str()
            .unwrap()
            .starts_with("invalid code, rid: ")
    );
}

#[tokio::test]
async fn a_dripping_answer_ends_with_the_server() {
    let (fake, code) = spoiling(json!({ "twist": "drip" })).await;
    let response = fake.try_exchange(&code).await.unwrap();
    let mut text = std::pin::pin!(response.text());
    timeout(Duration::from_millis(300), &mut text)
        .await
        .unwrap_err();
    let (text, ()) = tokio::join!(text, fake.stop());
    assert!(text.unwrap().starts_with(r#"{"session_key":""#));
}

#[tokio::test]
async fn an_errmsg_may_be_of_older_times() {
    for (twist, path, expected) in [
        ("hint_no_rid", EXCHANGE, "appid missing, hints: [ req_id: "),
        (
            "hint_no_rid",
            "/cgi-bin/token",
            "invalid grant_type hint: [",
        ),
        ("hint_and_rid", EXCHANGE, "appid missing hint: ["),
    ] {
        let fake = Running::start().await;
        fake.plan(json!([{ "path": "*", "twist": twist }])).await;
        let errmsg = text(&fake.get(path).await, "errmsg");
        assert!(errmsg.starts_with(expected), "{errmsg}");
        assert_eq!(
            errmsg.contains("] rid: "),
            twist == "hint_and_rid",
            "{errmsg}"
        );
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_short_was_announced_whole() {
    let (fake, code) = spoiling(json!({ "twist": "cut_short" })).await;
    let response = fake.try_exchange(&code).await.unwrap();
    assert!(response.content_length() > Some(80));
    response.text().await.unwrap_err();
    assert_eq!(fake.errcode(&code).await, 40163, "it was carried out");
}

#[tokio::test]
async fn a_stalled_answer_stops_halfway_until_the_server_ends() {
    let (fake, code) = spoiling(json!({ "twist": "stall" })).await;
    let response = fake.try_exchange(&code).await.unwrap();
    let mut text = std::pin::pin!(response.text());
    timeout(Duration::from_millis(300), &mut text)
        .await
        .unwrap_err();
    let (text, ()) = tokio::join!(text, fake.stop());
    text.unwrap_err();
}
