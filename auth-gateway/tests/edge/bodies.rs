//! Bodies that are too large, compressed, mislabelled or hostile.
use std::time::{Duration, Instant};

use axum::body::Body;
use http::Request;
use http_body_util::StreamBody;
use http_body_util::combinators::UnsyncBoxBody;

use super::support::{Edge, with_body, with_token};

fn login(body: impl Into<Body>) -> Request<Body> {
    with_body("POST /v1/login", body)
}

fn invalid() -> (u16, String) {
    (400, "invalid_request".to_owned())
}

/// A login whose unknown field is `junk`.
fn beside(junk: &str) -> String {
    format!(r#"{{"code":"c","junk":{junk}}}"#)
}

fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let text = |text: &str| text.as_bytes().to_vec();
    vec![
        ("nothing", vec![]),
        ("no JSON", text("code=c")),
        ("no object", text(r#"["c"]"#)),
        ("a bare text", text(r#""c""#)),
        ("null", text("null")),
        ("unclosed", text(r#"{"code":"c""#)),
        ("depth 200", text(&beside(&deep(200)))),
        ("depth 8000", text(&beside(&deep(8_000)))),
        ("unclosed depth", text(&beside(&"[".repeat(16_000)))),
        ("the code twice", text(r#"{"code":"c","code":"d"}"#)),
        (
            "the code twice, once disguised",
            text("{\"code\":\"c\",\"\\u0063ode\":\"d\"}"),
        ),
        (
            "an unknown field twice",
            text(r#"{"code":"c","x":1,"x":2}"#),
        ),
        ("a nested field twice", text(&beside(r#"{"x":1,"x":2}"#))),
        ("a lone surrogate", text(r#"{"code":"\ud800"}"#)),
        ("a lone surrogate beside", text(&beside(r#""\udfff""#))),
        ("a byte order mark", text("\u{feff}{\"code\":\"c\"}")),
        ("trailing bytes", text(r#"{"code":"c"}{}"#)),
        ("a trailing NUL", text("{\"code\":\"c\"}\0")),
        ("no UTF-8", b"{\"code\":\"\xff\"}".to_vec()),
        (
            "a number of 10^4 digits",
            text(&beside(&"9".repeat(10_000))),
        ),
        ("an endless exponent", text(&beside("1e999999"))),
        ("NaN", text(&beside("NaN"))),
        ("a comment", text("{\"code\":\"c\"/**/}")),
        ("a raw line feed", text("{\"code\":\"a\nb\"}")),
        ("a number for a code", text(r#"{"code":7}"#)),
        ("an object for a code", text(r#"{"code":{"$gt":""}}"#)),
    ]
}

#[tokio::test]
async fn hostile_json_is_refused_quickly_and_goes_no_further() {
    let edge = Edge::start();
    for (what, body) in hostile() {
        let started = Instant::now();
        let answer = edge.send(login(body)).await;
        assert_eq!(answer.refusal(), invalid(), "{what}");
        assert!(started.elapsed() < Duration::from_secs(1), "{what}");
    }
    assert!(edge.script.said().is_empty());
}

#[tokio::test]
async fn a_depth_of_a_hundred_thousand_is_refused() {
    let edge = Edge::start();
    let answer = edge.send(login(beside(&"[".repeat(100_000)))).await;
    assert_eq!(answer.refusal(), (413, "payload_too_large".to_owned()));
    let roomy = auth_gateway::Limits {
        body_bytes: 1 << 20,
        ..auth_gateway::Limits::default()
    };
    let answer = Edge::within(&roomy)
        .send(login(beside(&"[".repeat(100_000))))
        .await;
    assert_eq!(answer.refusal(), invalid());
}

#[tokio::test]
async fn a_refusal_names_the_field_and_repeats_no_value() {
    let edge = Edge::start();
    let cases = [
        (r#"{"appid":"wx"}"#, "`code` is missing"),
        (r#"{"code":{"a":"secret"}}"#, "`code` is of the wrong type"),
        (
            r#"{"code":"c","device":["secret"]}"#,
            "`device` is of the wrong type",
        ),
        (r#""secret""#, "the body is not a JSON object"),
        (r#"{"code":"secret"#, "the body is not JSON"),
        (
            r#"{"code":"secret","code":"secret"}"#,
            "the body has the same field twice",
        ),
    ];
    for (body, detail) in cases {
        let answer = edge.send(login(body)).await;
        assert!(answer.text.contains(detail), "{body}: {}", answer.text);
        assert!(!answer.text.contains("secret"), "{}", answer.text);
    }
}

#[tokio::test]
async fn texts_are_short_and_printable() {
    let edge = Edge::start();
    let fits = format!(
        r#"{{"code":"c","nonce":"{}","device":"{}"}}"#,
        "n".repeat(128),
        "梅".repeat(64)
    );
    assert_eq!(edge.send(login(fits)).await.status, 200);
    let cases = [
        ("nonce", "n".repeat(129)),
        ("device", "梅".repeat(65)),
        ("device", "a\\u001b[31m".to_owned()),
        ("nonce", "a\\u0000".to_owned()),
        ("appid", "w".repeat(65)),
    ];
    for (field, value) in cases {
        let answer = edge
            .send(login(format!(r#"{{"code":"c","{field}":"{value}"}}"#)))
            .await;
        assert_eq!(answer.refusal(), invalid(), "{field}");
        assert!(
            answer.text.contains(&format!("`{field}`")),
            "{}",
            answer.text
        );
    }
    assert_eq!(edge.script.said().len(), 1);
}

#[tokio::test]
async fn only_json_is_taken() {
    let edge = Edge::start();
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "",
    ] {
        let mut request = login(r#"{"code":"c"}"#);
        request
            .headers_mut()
            .insert("content-type", kind.parse().unwrap());
        let answer = edge.send(request).await;
        assert_eq!(
            answer.refusal(),
            (415, "unsupported_media_type".to_owned()),
            "{kind}"
        );
    }
    let mut unnamed = login(r#"{"code":"c"}"#);
    unnamed.headers_mut().remove("content-type");
    assert_eq!(edge.send(unnamed).await.refusal().0, 415);
}

#[tokio::test]
async fn compressed_bodies_are_not_taken() {
    let edge = Edge::start();
    for encoding in ["gzip", "br", "zstd", "gzip, gzip", "identity"] {
        let mut request = login(r#"{"code":"c"}"#);
        request
            .headers_mut()
            .insert("content-encoding", encoding.parse().unwrap());
        let answer = edge.send(request).await;
        assert_eq!(
            answer.refusal(),
            (415, "unsupported_media_type".to_owned()),
            "{encoding}"
        );
    }
    assert!(edge.script.said().is_empty());
}

/// A body of `bytes` spaces that does not say how long it is.
fn unmeasured(bytes: usize) -> Body {
    let chunks = (0..bytes.div_ceil(1024)).map(move |index| {
        let len = (bytes - index * 1024).min(1024);
        Ok::<_, std::convert::Infallible>(http_body::Frame::data(axum::body::Bytes::from(vec![
            b' ';
            len
        ])))
    });
    Body::new(UnsyncBoxBody::new(StreamBody::new(futures::stream::iter(
        chunks,
    ))))
}

#[tokio::test]
async fn one_byte_too_many_is_too_large_however_it_comes() {
    let edge = Edge::start();
    let cases = [
        ("POST /v1/login", 16 * 1024),
        ("PUT /v1/user/profile", 16 * 1024),
        ("POST /v1/open-data/decrypt", 64 * 1024),
    ];
    for (call, limit) in cases {
        for (bytes, code) in [(limit, "invalid_request"), (limit + 1, "payload_too_large")] {
            let measured = with_token(with_body(call, " ".repeat(bytes)));
            assert_eq!(
                edge.send(measured).await.refusal().1,
                code,
                "{call} {bytes}"
            );
            let chunked = with_token(with_body(call, unmeasured(bytes)));
            assert_eq!(
                edge.send(chunked).await.refusal().1,
                code,
                "{call} {bytes} chunked"
            );
        }
    }
}

#[tokio::test]
async fn a_body_announced_as_endless_is_refused_unread() {
    let edge = Edge::start();
    for call in ["POST /v1/login", "POST /v1/session/refresh"] {
        let mut request = with_token(with_body(call, "{"));
        let length = "1000000000000000000".parse().unwrap();
        request.headers_mut().insert("content-length", length);
        assert_eq!(edge.send(request).await.refusal().0, 413, "{call}");
    }
}
