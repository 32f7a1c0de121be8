//! The program's command line and file.

use std::{fs, sync::Arc};

use clap::{CommandFactory as _, Parser as _};
use fake_wechat::program::{Args, FileError};
use serde_json::json;
use service_kit::ManualClock;
use tempfile::TempDir;

use crate::support::{EXCHANGE, Running, START, text};

const TOML: &str = r#"
key_rotation_min = "1h"
calls_per_minute = 3

[[apps]]
appid = "wx-one"
secret = "secret-one"
bound = false

[[apps]]
appid = "wx-two"
secret_file = "SECRET_FILE"
allowed_ips = ["36.44.1.202"]

[limits."/cgi-bin/token"]
per_day = 1
"#;
const JSON: &str = r#"{"apps":[{"appid":"wx-one","secret":"secret-one","frozen":true}],"key_life":"3days","message_hash":"bytes"}"#;

/// A folder with this file in it, and the command line that names it.
fn folder(name: &str, content: &str) -> (TempDir, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let (file, secret) = (dir.path().join(name), dir.path().join("secret"));
    let content = content.replace("SECRET_FILE", &secret.display().to_string());
    fs::write(&secret, "secret-two\n").unwrap();
    fs::write(&file, content).unwrap();
    let line = ["fake-wechat", "--config", &file.display().to_string()];
    (dir, line.map(str::to_owned).to_vec())
}

async fn serving(line: &[String]) -> Running {
    let fake = Args::try_parse_from(line).unwrap().fake().unwrap();
    Running::serving(fake, Arc::new(ManualClock::at(START))).await
}

fn refusal(line: &[String]) -> FileError {
    Args::try_parse_from(line).unwrap().fake().unwrap_err()
}

async fn token(fake: &Running, appid: &str, secret: &str) -> serde_json::Value {
    let query = format!("grant_type=client_credential&appid={appid}&secret={secret}");
    fake.get(&format!("/cgi-bin/token?{query}")).await
}

#[tokio::test]
async fn apps_and_limits_are_read_from_toml() {
    let (_dir, line) = folder("fake.toml", TOML);
    let fake = serving(&line).await;
    let code = text(&fake.post("login-code", json!({})).await, "code");
    let query = format!("js_code={code}&grant_type=authorization_code");
    let one = format!("{EXCHANGE}?appid=wx-one&secret=secret-one&{query}");
    let answer = fake.get(&one).await;
    assert!(answer["openid"].is_string() && answer.get("unionid").is_none());
    for errcode in [40163, 40163, 45011] {
        assert_eq!(fake.get(&one).await["errcode"], errcode);
    }
    let given = token(&fake, "wx-one", "secret-one").await;
    assert_eq!(given["expires_in"], 7200);
    let over = token(&fake, "wx-one", "secret-one").await;
    assert_eq!(over["errcode"], 45009);
    let barred = token(&fake, "wx-two", "secret-two").await;
    assert_eq!(barred["errcode"], 40164);
}

#[tokio::test]
async fn a_file_that_ends_with_json_is_json() {
    let (_dir, line) = folder("fake.json", JSON);
    let fake = serving(&line).await;
    let answer = token(&fake, "wx-one", "secret-one").await;
    assert_eq!(answer["errcode"], 40243);
}

#[tokio::test]
async fn the_command_line_wins_over_the_file() {
    let (_dir, mut line) = folder("fake.toml", TOML);
    line.extend(["--app", "wx-mine:a", "--app", "wx-other:b"].map(str::to_owned));
    let fake = serving(&line).await;
    assert_eq!(token(&fake, "wx-mine", "a").await["expires_in"], 7200);
    assert_eq!(token(&fake, "wx-other", "b").await["expires_in"], 7200);
    assert_eq!(token(&fake, "wx-one", "secret-one").await["errcode"], 40013);
}

#[test]
fn a_file_with_a_mistake_is_refused_without_its_secrets() {
    for (content, why) in [
        (
            "[[apps]]\nappid = 'wx'\nsecret = 'secret-x' oops",
            "expected",
        ),
        (
            "[[apps]]\nappid = 'wx'\nsecret = 'secret-x'\nbuond = true",
            "buond",
        ),
        ("[[apps]]\nappid = 'wx'", "app wx needs a secret"),
        (
            "[[apps]]\nappid = 'wx'\nsecret = 'secret-x'\nsecret_file = 'x'",
            "app wx needs a secret",
        ),
        ("key_life = 'long'", "invalid"),
    ] {
        let (_dir, line) = folder("fake.toml", content);
        let error = refusal(&line);
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(why), "{content}: {shown}");
        assert!(!shown.contains("secret-x"), "{shown}");
    }
    let missing = ["fake-wechat", "--config", "/nowhere/fake.toml"].map(str::to_owned);
    assert_eq!(
        refusal(&missing).to_string(),
        "cannot read /nowhere/fake.toml"
    );
}

#[test]
fn help_names_every_flag_and_its_variable() {
    let help = Args::command().render_long_help().to_string();
    for name in [
        "listen",
        "allow-remote",
        "config",
        "app",
        "key-rotation-min",
        "key-life",
        "message-hash",
    ] {
        assert!(help.contains(&format!("--{name}")), "{help}");
        let plural = if name == "app" { "apps" } else { name };
        let variable = plural.to_uppercase().replace('-', "_");
        assert!(help.contains(&format!("FAKE_WECHAT_{variable}")), "{help}");
    }
}
