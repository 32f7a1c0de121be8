//! What this service refuses to start with.
use std::sync::Arc;

use crypto_service::{Config, Sockets};
use service_kit::{GrpcBind, Host, Lifecycle, SystemClock, config::parse};
use tokio::net::TcpListener;

use super::harness::MASTER_A;

/// Why it does not start, or nothing if it does.
async fn refusal(settings: &str) -> Option<String> {
    let config: Config = match parse(settings) {
        Ok(config) => config,
        Err(error) => return Some(format!("{error:#}")),
    };
    let host = Host::new(Lifecycle::default(), Arc::new(SystemClock));
    let sockets = Sockets {
        grpc: GrpcBind::memory().0,
        admin: TcpListener::bind("127.0.0.1:0").await.unwrap(),
    };
    let started = config.start_on(sockets, host.clone()).await;
    host.lifecycle.stop().await;
    started.err().map(|error| format!("{error:#}"))
}

#[tokio::test]
async fn exactly_one_source_of_master_keys_is_needed() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("1 {MASTER_A}\n")).unwrap();
    let value = format!("master_keys = '1 {MASTER_A}'");
    let path = format!("master_keys_file = '{}'", file.path().display());
    assert_eq!(refusal(&format!("[crypto]\n{value}")).await, None);
    assert_eq!(refusal(&format!("[crypto]\n{path}")).await, None);
    let both = refusal(&format!("[crypto]\n{value}\n{path}"))
        .await
        .unwrap();
    assert!(both.contains("both set"), "{both}");
    let neither = refusal("").await.unwrap();
    assert!(neither.contains("neither crypto.master_keys"), "{neither}");
}

#[tokio::test]
async fn a_weak_or_malformed_master_key_is_refused() {
    let zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for keys in [format!("1 {zeros}"), format!("1 {MASTER_A},2 {zeros}")] {
        let refusal = refusal(&format!("[crypto]\nmaster_keys = '{keys}'")).await;
        assert!(refusal.unwrap().contains("one byte, repeated"));
    }
    let short = "c2hvcnQ=";
    let refusal = refusal(&format!("[crypto]\nmaster_keys = '1 {short}'"))
        .await
        .unwrap();
    assert!(refusal.contains("line 1"), "{refusal}");
    assert!(!refusal.contains(short), "{refusal}");
}

#[tokio::test]
async fn rules_that_no_data_could_meet_are_refused() {
    let settings = format!("[crypto]\nmaster_keys = '1 {MASTER_A}'\nwatermark_max_age = '0s'");
    assert!(
        refusal(&settings)
            .await
            .unwrap()
            .contains("watermark_max_age")
    );
}

#[tokio::test]
async fn a_misspelt_setting_is_refused() {
    for settings in [
        "[crypto]\nmaster_key = 'x'",
        "[crypto_service]\ngrcp = {}",
        "[crypto_service.admin]\nlisten = '127.0.0.1:0'\ntls = 1",
    ] {
        assert!(refusal(settings).await.unwrap().contains("unknown field"));
    }
}

#[tokio::test]
async fn plaintext_beyond_loopback_must_be_asked_for() {
    for (listener, other) in [("grpc", "admin"), ("admin", "grpc")] {
        let open = format!(
            "[crypto_service.{other}]\nlisten = '127.0.0.1:0'\n\
             [crypto_service.{listener}]\nlisten = '0.0.0.0:0'"
        );
        let bound = parse::<Config>(&open).unwrap().bind().await;
        let refusal = format!("{:#}", bound.err().unwrap());
        assert!(
            refusal.starts_with(&format!("crypto_service.{listener}: ")),
            "{refusal}"
        );
        assert!(refusal.contains("insecure_plaintext"), "{refusal}");
        let asked = format!("{open}\ninsecure_plaintext = true");
        assert!(parse::<Config>(&asked).unwrap().bind().await.is_ok());
    }
}

#[test]
fn defaults_are_those_of_the_manual() {
    let config: Config = parse("").unwrap();
    let listeners = &config.crypto_service;
    assert_eq!(listeners.grpc.listen.to_string(), "127.0.0.1:50052");
    assert_eq!(listeners.admin.listen.to_string(), "127.0.0.1:9052");
    assert_eq!(config.crypto.watermark_max_age.as_secs(), 300);
    assert!(config.crypto.master_keys.is_none());
}

#[test]
fn a_printed_configuration_shows_no_key() {
    let text = format!("[crypto]\nmaster_keys = '1 {MASTER_A}'");
    let config: Config = parse(&text).unwrap();
    assert!(!format!("{config:?}").contains(&MASTER_A[..8]));
}
