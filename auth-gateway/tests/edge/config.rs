//! `[gateway]` settings.
use std::time::Duration;

use auth_gateway::Config;
use service_kit::config::parse;

use super::support::host;

#[test]
fn no_settings_at_all_are_enough() {
    let gateway = parse::<Config>("").unwrap().gateway;
    assert_eq!(gateway.session_service, "http://127.0.0.1:50051");
    let ports = [&gateway.public, &gateway.internal, &gateway.admin].map(|l| l.listen.port());
    assert_eq!(ports, [8080, 8081, 9080]);
    assert!(gateway.public.listen.ip().is_loopback());
    assert_eq!(gateway.limits.body_bytes, 16 * 1024);
    assert_eq!(gateway.limits.open_data_bytes, 64 * 1024);
}

#[test]
fn every_setting_can_be_set() {
    let text = r#"
        [gateway]
        session_service = "http://session:50051"
        [gateway.public]
        listen = "0.0.0.0:80"
        insecure_plaintext = true
        [gateway.limits]
        request_timeout = "7s"
        body_timeout = "1s"
        concurrent_requests = 5
        [gateway.deadlines]
        login = "4s"
        session = "900ms"
        [telemetry]
        log = "json"
    "#;
    let gateway = parse::<Config>(text).unwrap().gateway;
    assert_eq!(gateway.public.listen.port(), 80);
    assert_eq!(gateway.limits.request_timeout, Duration::from_secs(7));
    assert_eq!(gateway.deadlines.session, Duration::from_millis(900));
    assert_eq!(
        gateway.deadlines.other,
        Duration::from_secs(3),
        "what is left out stays"
    );
}

#[test]
fn misspelt_settings_are_refused() {
    for text in [
        "[gateway]\nsesion_service = 'x'",
        "[gateway.public]\nlisten = '127.0.0.1:1'\ntls = true",
        "[gateway.limits]\nbody_byte = 1",
        "[gateway.deadlines]\nverify = '1s'",
    ] {
        assert!(parse::<Config>(text).is_err(), "{text}");
    }
}

#[tokio::test]
async fn plaintext_to_the_world_must_be_asked_for() {
    let text = "[gateway.public]\nlisten = '0.0.0.0:0'";
    let error = parse::<Config>(text).unwrap().bind().await.unwrap_err();
    assert!(format!("{error:#}").contains("gateway.public"), "{error:#}");
}

#[tokio::test]
async fn a_gateway_that_could_not_work_does_not_start() {
    let ports = "[gateway.public]\nlisten = '127.0.0.1:0'\n[gateway.internal]\n\
        listen = '127.0.0.1:0'\n[gateway.admin]\nlisten = '127.0.0.1:0'\n";
    for (setting, named) in [
        (
            "[gateway.limits]\nconcurrent_requests = 0",
            "concurrent_requests",
        ),
        ("[gateway.limits]\nbody_bytes = 0", "body_bytes"),
        (
            "[gateway.limits]\nrequest_timeout = '0s'",
            "limits.request_timeout",
        ),
        ("[gateway.deadlines]\nlogin = '0s'", "deadlines.login"),
        (
            "[gateway]\nsession_service = 'not an address'",
            "session_service",
        ),
    ] {
        let config: Config = parse(&format!("{ports}{setting}")).unwrap();
        let sockets = config.bind().await.unwrap();
        let error = config.start_on(sockets, host()).await.unwrap_err();
        assert!(format!("{error:#}").contains(named), "{error:#}");
    }
}
