//! The command that a newcomer types.
mod laptop;
mod playground;

use std::{
    fs::{self, File},
    process::{Command, Output},
};

use testkit::{Ports, Program, RedisAccess, RedisServer, story};

use self::laptop::Laptop;

/// What the command says when called with `arguments`.
fn wxgate(arguments: &[&str]) -> Output {
    let mut command = Command::new(Program::path("wxgate"));
    command.args(arguments).output().expect("it runs")
}

#[tokio::test]
async fn wxgate_serves_until_it_is_told_to_end_and_keeps_its_users() {
    story(async {
        let laptop = Laptop::new(Ports::settings);
        let mut ids = Vec::new();
        for _ in 0..2 {
            let program = laptop.run().await;
            let code = laptop.wechat.login_code("oMei").await;
            let login = laptop.phone.login(&code).await.expect(200);
            ids.push(login.body["user"]["id"].clone());
            laptop::end(program).await;
        }
        assert_eq!(ids[0], ids[1], "users outlive the process");
    })
    .await;
}

/// It serves what it can: Redis may be mended meanwhile.
#[tokio::test]
async fn a_redis_with_another_password_is_named_at_start_and_by_readyz() {
    story(async {
        let redis = RedisServer::with(&RedisAccess::password()).await;
        let url = format!("redis://:n0t+it@127.0.0.1:{}/", redis.port());
        let laptop = Laptop::new(|ports| format!("{}[redis]\nurl = '{url}'\n", ports.settings()));
        let program = laptop.run().await;
        let [_, ready, _] = laptop.ports.readiness();
        let http = reqwest::Client::builder().no_proxy().build();
        let answer = http.expect("a client").get(ready).send().await;
        let told = answer.expect("an answer").text().await.expect("text");
        let said = program.log();
        assert!(said.contains("wrong_password"), "{said}");
        for text in [told, said] {
            assert!(
                text.contains("correct redis.url or redis.password_file"),
                "{text}"
            );
            assert!(!text.contains("n0t+it"), "{text}");
        }
        laptop::end(program).await;
    })
    .await;
}

#[test]
fn the_demo_walks_to_its_end_and_shows_no_secret() {
    let shown = wxgate(&["demo"]);
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
        "/v1/phone-number",
        "\"purePhoneNumber\":\"13800000001\",\"verified\":true",
        "/v1/open-data/decrypt",
        "stepInfoList",
        "/v1/session/refresh",
        "204 No Content",
        "session_revoked",
        "looked for the phone number: not there",
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

/// As on a Redis that others use: what they have there stays.
#[tokio::test]
async fn the_demo_leaves_nothing_behind_in_redis() {
    story(async {
        let redis = RedisServer::start().await;
        let () = redis.ask(&["SET", "wxg:others", "x"]).await.expect("done");
        for round in 1..=2 {
            let shown = wxgate(&["demo", "--redis", &redis.url()]);
            let told = String::from_utf8_lossy(&shown.stderr);
            assert!(shown.status.success(), "{round}: {told}");
            let text = String::from_utf8_lossy(&shown.stdout);
            assert!(
                text.contains("wxg:code:"),
                "it shows what was there: {text}"
            );
            assert!(!text.contains("wxg:others"), "{text}");
            let left: Vec<String> = redis.ask(&["KEYS", "*"]).await.expect("it runs");
            assert_eq!(left, ["wxg:others"], "{round}");
        }
    })
    .await;
}

#[test]
fn the_demo_ends_with_the_reason_of_a_failure() {
    let failed = wxgate(&["demo", "--redis", "redis://127.0.0.1:1"]);
    assert!(!failed.status.success());
    let told = String::from_utf8_lossy(&failed.stderr);
    let last = told.lines().last().expect("a line");
    assert_eq!(last, "wxgate: expected 200, got 503 store_unavailable");
}

#[tokio::test]
async fn a_second_process_in_the_same_folder_is_told_of_the_first() {
    story(async {
        let laptop = Laptop::new(Ports::settings);
        let mut program = laptop.run().await;
        let [data, config] =
            ["data", "wxgate.toml"].map(|name| laptop.path(name).display().to_string());
        let refused = wxgate(&["--config", &config, "--data-dir", &data]);
        assert!(!refused.status.success());
        let told = String::from_utf8_lossy(&refused.stderr);
        assert!(told.contains("another wxgate"), "{told}");
        assert!(told.contains(&data), "{told}");
        // Nothing that a process leaves behind bars the next one.
        program.kill();
        laptop::end(laptop.run().await).await;
    })
    .await;
}

#[tokio::test]
async fn settings_that_give_all_keys_and_a_database_take_no_folder() {
    story(async {
        let laptop = Laptop::new(Ports::settings);
        let [keys, users, data] = ["keys", "users.db", "data"].map(|name| laptop.path(name));
        let keys = keys.display();
        assert!(
            wxgate(&["keygen", "--dir", &keys.to_string()])
                .status
                .success()
        );
        laptop.add(&format!(
            "[crypto]\nmaster_keys_file = '{keys}/master.key'\n\
             [keys]\ntoken_keys_file = '{keys}/token.key'\nindex_key_file = '{keys}/index.key'\n\
             [database]\nurl = 'sqlite:{}'\n",
            users.display()
        ));
        // Another process has it.
        fs::create_dir(&data).expect("a folder");
        let lock = File::create(data.join("lock")).expect("a file");
        lock.lock().expect("it is free");
        laptop::end(laptop.run().await).await;
        assert_eq!(fs::read_dir(&data).expect("a folder").count(), 1);
    })
    .await;
}

#[test]
fn settings_that_are_wrong_leave_no_folder_behind() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data");
    let shown = [dir.path(), &data].map(|path| path.display().to_string());
    let refused = wxgate(&["--config", &shown[0], "--data-dir", &shown[1]]);
    let told = String::from_utf8_lossy(&refused.stderr);
    assert!(told.contains("is a folder, where"), "{told}");
    assert!(!data.exists());
}

#[test]
fn a_flag_before_a_subcommand_is_refused() {
    for arguments in [
        ["--redis", "redis://127.0.0.1:1/", "demo"],
        ["--config", "nowhere.toml", "dev"],
        ["--data-dir", "nowhere", "keygen"],
    ] {
        let refused = wxgate(&arguments);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}");
        let told = String::from_utf8_lossy(&refused.stderr);
        assert!(told.contains("cannot be used with"), "{told}");
    }
}
