//! What the call leaves in logs and spans.

use std::{
    io,
    sync::{Arc, LazyLock, Mutex},
};

use tracing_subscriber::fmt::format::FmtSpan;
use wx_client::Api;

use crate::{
    ask::{ask, fail},
    stub::{PHONE, SECRETS, SUCCESS, Stub, error_of, hasty},
};

/// All log lines and ended spans of this process, down to the finest level.
static LOG: LazyLock<Arc<Mutex<Vec<u8>>>> = LazyLock::new(|| {
    let log = Arc::<Mutex<Vec<u8>>>::default();
    let writer = Writer(Arc::clone(&log));
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    log
});

#[derive(Clone)]
struct Writer(Arc<Mutex<Vec<u8>>>);

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The log so far.
fn logged() -> String {
    String::from_utf8(LOG.lock().unwrap().clone()).unwrap()
}

/// The line that closes the span of the one call to this port.
fn span_of(port: u16) -> String {
    let port = format!("server.port={port} ");
    let log = logged();
    let mut closed = log
        .lines()
        .filter(|line| line.contains(&port) && line.contains(": close"));
    let span = closed.next().expect("the span ended");
    assert!(closed.next().is_none(), "one call, one span");
    span.to_owned()
}

#[tokio::test]
async fn a_call_is_one_client_span() {
    LazyLock::force(&LOG);
    let wechat = Stub::saying(r#"{"errcode":45011,"errmsg":"slow"}"#).await;
    error_of(wechat.exchange().await);
    let span = span_of(wechat.port);
    let fields = [
        "wechat{",
        r#"otel.kind="client""#,
        r#"otel.name="GET /sns/jscode2session""#,
        r#"otel.status_code="ERROR""#,
        r#"http.request.method="GET""#,
        r#"server.address="127.0.0.1""#,
        r#"url.template="/sns/jscode2session""#,
        "http.response.status_code=200",
        "wechat.errcode=45011",
        r#"error.type="rate_limited""#,
    ];
    for field in fields {
        assert!(span.contains(field), "{field} in {span}");
    }
}

#[tokio::test]
async fn every_call_names_its_span_by_verb_and_path() {
    LazyLock::force(&LOG);
    for api in Api::ALL {
        let wechat = Stub::saying(r#"{"errcode":-1}"#).await;
        wechat.fail(api).await;
        let line = &wechat.seen()[0].line;
        let span = span_of(wechat.port);
        assert!(span.contains(&format!("otel.name=\"{line}\"")), "{span}");
    }
}

#[tokio::test]
async fn a_refused_code_fails_no_span() {
    LazyLock::force(&LOG);
    let wechat = Stub::saying(r#"{"errcode":40029}"#).await;
    error_of(wechat.exchange().await);
    let span = span_of(wechat.port);
    assert!(span.contains(r#"error.type="code_rejected""#), "{span}");
    assert!(!span.contains("otel.status_code"), "{span}");
}

#[tokio::test]
async fn the_log_shows_nothing_that_was_exchanged() {
    LazyLock::force(&LOG);
    for api in Api::ALL {
        exchange_all(api).await;
    }
    let log = logged();
    assert!(
        log.contains("hyper_util"),
        "the client's own libraries are heard"
    );
    let ours = log
        .lines()
        .filter(|line| !line.contains("axum") && !line.contains("proptest"));
    for line in ours {
        for told in SECRETS.iter().chain(&["js_code=", PHONE]) {
            assert!(!line.contains(told), "{told} in {line}");
        }
    }
}

/// Has the call succeed, be refused with an echo, be answered with rubbish, and find nobody.
async fn exchange_all(api: Api) {
    let wechat = Stub::saying(SUCCESS).await;
    ask(&wechat.client(), api).await.unwrap();
    let echo = SECRETS.join(" ");
    wechat.say(200, format!(r#"{{"errcode":40029,"errmsg":"{echo}"}}"#));
    wechat.fail(api).await;
    wechat.say(200, echo);
    wechat.fail(api).await;
    fail(&hasty("http://127.0.0.1:1"), api).await;
}
