//! The command that a newcomer types.
use std::{
    fs,
    net::{SocketAddr, TcpListener},
    process::Command,
    time::{Duration, Instant},
};

use testkit::{Phone, Program, Wechat, story};

const PATIENCE: Duration = Duration::from_secs(30);

fn free_ports() -> [SocketAddr; 8] {
    let held: [TcpListener; 8] =
        std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    held.map(|listener| listener.local_addr().expect("bound"))
}

fn settings([public, internal, a, session, b, crypto, c, fake]: [SocketAddr; 8]) -> String {
    format!(
        "[gateway]\npublic = {{ listen = '{public}' }}\ninternal = {{ listen = '{internal}' }}\n\
         admin = {{ listen = '{a}' }}\n\
         [session_service]\ngrpc = {{ listen = '{session}' }}\nadmin = {{ listen = '{b}' }}\n\
         [crypto_service]\ngrpc = {{ listen = '{crypto}' }}\nadmin = {{ listen = '{c}' }}\n\
         [fake_wechat]\nlisten = '{fake}'\n"
    )
}

async fn until_it_serves(gateway: SocketAddr, program: &mut Program) {
    let (http, asked) = (
        reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client"),
        Instant::now(),
    );
    while http
        .get(format!("http://{gateway}/openapi.json"))
        .send()
        .await
        .is_err()
    {
        assert!(
            program.runs() && asked.elapsed() < PATIENCE,
            "{}",
            program.log()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn wxgate_serves_until_it_is_told_to_end_and_keeps_its_users() {
    story(async {
        let (dir, ports) = (tempfile::tempdir().expect("a folder"), free_ports());
        let path = |name: &str| dir.path().join(name).to_str().expect("plain").to_owned();
        fs::write(path("wxgate.toml"), settings(ports)).expect("writable");
        let (config, data, log) = (path("wxgate.toml"), path("data"), dir.path().join("log"));
        let arguments = ["--config", config.as_str(), "--data-dir", data.as_str()];
        let (phone, wechat) = (Phone::new(ports[0], ports[1]), Wechat::new(ports[7]));
        let mut ids = Vec::new();
        for _ in 0..2 {
            let mut program = Program::start("wxgate", &arguments, &log);
            until_it_serves(ports[0], &mut program).await;
            let code = wechat.login_code("oMei").await;
            let login = phone.login(&code).await.expect(200);
            ids.push(login.body["user"]["id"].clone());
            let ended = program.terminate().await;
            assert!(ended.success(), "{ended}: {}", program.log());
        }
        assert_eq!(ids[0], ids[1], "users outlive the process");
    })
    .await;
}

#[test]
fn the_demo_walks_to_its_end_and_shows_no_secret() {
    let shown = Command::new(testkit::Program::path("wxgate"))
        .arg("demo")
        .output()
        .expect("it runs");
    let text = String::from_utf8(shown.stdout).expect("text");
    assert!(
        shown.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&shown.stderr)
    );
    for step in [
        "1. ",
        "/v1/login",
        "/verify",
        "/v1/open-data/decrypt",
        "13800000001",
        "/v1/session/refresh",
        "204 No Content",
        "session_revoked",
        "not there",
    ] {
        assert!(text.contains(step), "{step}: {text}");
    }
    let longest = text.split(|c: char| !c.is_ascii_alphanumeric() && !"_-+/=".contains(c));
    let longest = longest
        .filter(|word| word.starts_with("wxs_"))
        .map(str::len)
        .max();
    assert!(
        longest.is_some_and(|length| length < 40),
        "a usable token was shown: {text}"
    );
}
