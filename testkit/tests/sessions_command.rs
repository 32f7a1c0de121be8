//! `wxgate sessions`, as an operator types it against a running system.
use std::process::Output;

use serde_json::{Value, json};
use testkit::{Answer, Program, Stage, story};
use tokio::process::Command;

/// A session-service to ask, and what the command says.
struct Operator(String);

impl Operator {
    fn of(stage: &Stage) -> Self {
        Self(format!("http://{}", stage.system.addresses.session))
    }

    async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(Program::path("wxgate"));
        let command = command.arg("sessions").args(arguments);
        let at = ["--session-service", self.0.as_str()];
        command.args(at).output().await.expect("it runs")
    }

    /// What it says when all is well.
    async fn told(&self, arguments: &[&str]) -> String {
        let Output {
            status,
            stdout,
            stderr,
        } = self.run(arguments).await;
        let complaint = String::from_utf8(stderr).expect("text");
        assert!(status.success(), "{arguments:?}: {complaint}");
        assert_eq!(complaint, "", "{arguments:?}");
        String::from_utf8(stdout).expect("text")
    }

    async fn json(&self, arguments: &[&str]) -> Value {
        let told = self.told(&[arguments, &["--json"]].concat()).await;
        serde_json::from_str(&told).expect("JSON")
    }

    /// What it says when it could not be done: one line, and exit code 1.
    async fn refused(&self, arguments: &[&str]) -> String {
        let Output {
            status,
            stdout,
            stderr,
        } = self.run(arguments).await;
        let complaint = String::from_utf8(stderr).expect("text");
        assert_eq!(status.code(), Some(1), "{complaint}");
        assert_eq!(String::from_utf8(stdout).expect("text"), "");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        complaint
    }
}

async fn login(stage: &Stage, openid: &str, device: &str) -> Answer {
    let code = stage.wechat.login_code(openid).await;
    let body = json!({ "code": code, "device": device });
    let login = stage.phone.call("POST", "/v1/login", None, Some(body));
    login.await.expect(200)
}

fn id(login: &Answer) -> String {
    login.body["user"]["id"].as_str().expect("an id").to_owned()
}

async fn code(stage: &Stage, token: &str) -> String {
    stage.phone.session(token).await.code().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_finds_a_session_and_ends_it() {
    story(async {
        let stage = Stage::on_redis().await;
        let (first, second) = (
            login(&stage, "oMei", "小梅's phone").await,
            login(&stage, "oMei", "tablet").await,
        );
        let (user, operator) = (id(&first), Operator::of(&stage));
        let table = operator.told(&["list", "--user", &user]).await;
        let lines: Vec<_> = table.lines().collect();
        assert_eq!(lines.len(), 3, "{table}");
        let device = lines[0].find("DEVICE").expect("a heading");
        for (line, device_of) in lines[1..].iter().zip(["小梅's phone", "tablet"]) {
            assert_eq!(&line[device..], device_of, "it stands under its heading");
        }
        let listed = operator.json(&["list", "--user", &user]).await;
        let session = listed[0]["id"].as_str().expect("an id");
        assert!(lines[1].starts_with(session), "{table}");
        let shown = operator.told(&["show", "--user", &user, session]).await;
        assert!(
            shown.contains("小梅's phone") && shown.contains(&user),
            "{shown}"
        );
        let told = operator.told(&["revoke", "--user", &user, session]).await;
        assert_eq!(
            told,
            format!("session {session} of user {user} has ended\n")
        );
        assert_eq!(code(&stage, &first.token()).await, "session_revoked");
        stage.phone.session(&second.token()).await.expect(200);
        assert_eq!(
            operator
                .json(&["list", "--user", &user])
                .await
                .as_array()
                .map(Vec::len),
            Some(1)
        );
        operator.told(&["revoke-user", "--user", &user]).await;
        assert_eq!(code(&stage, &second.token()).await, "session_revoked");
        let none = operator.told(&["list", "--user", &user]).await;
        assert_eq!(none, "no live sessions\n");
        assert_eq!(operator.json(&["list", "--user", &user]).await, json!([]));
        stage.end().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_knows_a_user_by_their_openid_and_keeps_them_out() {
    story(async {
        let stage = Stage::start().await;
        let known = login(&stage, "oMei", "").await;
        let (user, operator) = (id(&known), Operator::of(&stage));
        let appid = fake_wechat::DEFAULT_APPID;
        let whom = ["--appid", appid, "--openid", "oMei"];
        let shown = operator.json(&[&["show"], whom.as_slice()].concat()).await;
        assert_eq!(shown["id"], user.as_str());
        assert_eq!(shown["blocked_at"], Value::Null);
        assert_eq!(
            shown["identities"],
            json!([{ "appid": appid, "openid": "oMei" }])
        );
        let done = operator.json(&[&["block"], whom.as_slice()].concat()).await;
        assert_eq!(done, json!({ "done": "block", "user_id": user }));
        assert_eq!(code(&stage, &known.token()).await, "session_revoked");
        let login_code = stage.wechat.login_code("oMei").await;
        let refused = stage.phone.login(&login_code).await;
        assert_eq!(refused.problem(), (403, "user_blocked"));
        let shown = operator.told(&["show", "--user", &user]).await;
        assert!(shown.contains("blocked     since 20"), "{shown}");
        operator.told(&["unblock", "--user", &user]).await;
        let next = login(&stage, "oMei", "").await;
        stage.phone.session(&next.token()).await.expect(200);
        stage.end().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_one_line_and_exit_code_one() {
    story(async {
        let stage = Stage::start().await;
        let (user, operator) = (id(&login(&stage, "oMei", "").await), Operator::of(&stage));
        let nobody = "0190b5a0-0000-7000-8000-000000000001";
        let session = "0".repeat(32);
        for (arguments, says) in [
            (vec!["list", "--user", nobody], "there is no such user"),
            (vec!["show", "--user", "Mei"], "user_id is not a UUID"),
            (
                vec!["show", "--user", &user, &session],
                "no such live session",
            ),
            (vec!["revoke", "--user", &user, &session], "no such session"),
            (
                vec!["block", "--appid", "wx1", "--openid", "o"],
                "there is no such user",
            ),
        ] {
            let complaint = operator.refused(&arguments).await;
            assert!(complaint.contains(says), "{arguments:?}: {complaint}");
        }
        stage.end().await;
        let away = operator.refused(&["list", "--user", &user]).await;
        assert!(away.contains("does not answer"), "{away}");
        assert!(away.contains(&operator.0), "{away}");
        let odd = Operator("not an address".to_owned());
        let complaint = odd.refused(&["list", "--user", &user]).await;
        assert!(complaint.contains("--session-service"), "{complaint}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_is_ever_shown() {
    story(async {
        let stage = Stage::start().await;
        let known = login(&stage, "oMei", "phone").await;
        let (user, operator) = (id(&known), Operator::of(&stage));
        for action in ["list", "show", "revoke-user", "block", "unblock"] {
            for more in [[].as_slice(), &["--json"]] {
                let arguments = [&[action, "--user", user.as_str()], more].concat();
                let told = operator.told(&arguments).await;
                assert!(!told.contains("wxs_"), "{told}");
            }
        }
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn the_help_names_every_action_and_whom_it_takes() {
    let operator = Operator("http://127.0.0.1:1".to_owned());
    let help = operator.told(&["--help"]).await;
    let actions = ["list", "show", "revoke", "revoke-user", "block", "unblock"];
    for named in actions
        .iter()
        .chain(&["--session-service", "--json", "http://127.0.0.1:50051"])
    {
        assert!(help.contains(named), "{named}: {help}");
    }
    for action in actions {
        let help = operator.told(&[action, "--help"]).await;
        for option in ["--user", "--appid", "--openid"] {
            assert!(help.contains(option), "{action} {option}: {help}");
        }
    }
    for wrong in [
        ["list", "--appid", "wx1"].as_slice(),
        &["list"],
        &["list", "--user", "u", "--openid", "o", "--appid", "wx1"],
        &["revoke", "--user", "u"],
    ] {
        let refused = operator.run(wrong).await;
        assert_eq!(refused.status.code(), Some(2), "{wrong:?}");
    }
}
