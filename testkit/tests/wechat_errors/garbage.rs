//! Answers of WeChat's that make no sense.
use serde_json::json;
use sqlx::{Connection, SqliteConnection};
use testkit::{Stage, story};

use crate::{PATH, login_under};

const OPENID: &str = "oMei";
const SESSION_KEY: &str = "tiihtNczf5v6AKRyjwEUhQ==";
const TOLD: (u16, &str) = (502, "wechat_bad_answer");

#[tokio::test]
async fn garbage_from_wechat_makes_no_session() {
    story(async {
        let stage = Stage::start().await;
        for garbage in [
            "html",
            "empty",
            "truncated",
            "huge",
            "not_json",
            "not_utf8",
            "wrong_types",
            "short_key",
            "no_key",
            "no_openid",
        ] {
            let answer = login_under(&stage, json!({ "garbage": garbage })).await;
            assert_eq!(answer.problem(), TOLD, "{garbage}");
        }
        assert!(!has_sessions(&stage).await);
        stage.end().await;
    })
    .await;
}

/// What wx-client makes of such bodies is told in its own tests; here, what comes of it further on.
#[tokio::test]
async fn no_body_that_is_nearly_a_login_registers_anybody() {
    story(async {
        let mut url = String::new();
        let stage = Stage::with(|plan| url.clone_from(&plan.session.database.url)).await;
        let mut users = SqliteConnection::connect(&url).await.expect("a database");
        let bodies = near_logins();
        assert!(bodies.len() > 60, "{}", bodies.len());
        for body in &bodies {
            let answer = login_under(&stage, json!({ "body": body })).await;
            assert_eq!(answer.problem(), TOLD, "{body:.200}");
            assert_eq!(registered(&mut users).await, 0, "{body:.200}");
            assert!(!has_sessions(&stage).await, "{body:.200}");
        }
        // Each was WeChat's answer: nobody took WeChat for away and left it alone.
        assert_eq!(stage.wechat.asked_at(PATH).await, bodies.len());
        let answer = login_under(&stage, json!({ "body": good() })).await;
        answer.expect(200);
        assert_eq!(registered(&mut users).await, 1);
        assert!(has_sessions(&stage).await);
        stage.end().await;
    })
    .await;
}

/// Users, and their ids at WeChat, counted as one.
async fn registered(users: &mut SqliteConnection) -> i64 {
    let count = "SELECT max((SELECT count(*) FROM accounts), (SELECT count(*) FROM identities))";
    let counted = sqlx::query_scalar(count).fetch_one(users).await;
    counted.expect("a number")
}

/// What is remembered of the codes is no session.
async fn has_sessions(stage: &Stage) -> bool {
    let kept = stage.system.records.dump().await.expect("memory");
    kept.iter().any(|(key, _)| !key.starts_with("wxg:code:"))
}

/// A login.
fn good() -> String {
    format!(r#"{{"openid":"{OPENID}","session_key":"{SESSION_KEY}"}}"#)
}

/// A login but for one thing.
fn near_logins() -> Vec<String> {
    let key = format!(r#""session_key":"{SESSION_KEY}""#);
    let openid = format!(r#""openid":"{OPENID}""#);
    let mut bodies = misshapen(&good());
    bodies.extend(ERRCODES.map(|it| format!(r#"{{"errcode":{it},{openid},{key}}}"#)));
    bodies.extend(IDS.map(|id| format!(r#"{{"openid":{id},{key}}}"#)));
    bodies.extend(IDS.map(|id| format!(r#"{{{openid},"unionid":{id},{key}}}"#)));
    let long = format!("\"{}\"", "o".repeat(129));
    bodies.push(format!(r#"{{"openid":{long},{key}}}"#));
    bodies.push(format!(r#"{{{openid},"unionid":{long},{key}}}"#));
    bodies.extend(KEYS.map(|key| format!(r#"{{{openid},"session_key":{key}}}"#)));
    bodies.extend([
        "{}".to_owned(),
        r#"{"errcode":0,"errmsg":"ok"}"#.to_owned(),
        format!("{{{key}}}"),
        format!("{{{openid}}}"),
        format!(r#"{{"openid":null,{key}}}"#),
        format!(r#"{{"openid":"",{key}}}"#),
        format!(r#"{{"openId":"{OPENID}",{key}}}"#),
        format!(r#"{{"data":{{{openid},{key}}}}}"#),
    ]);
    bodies
}

/// What is not one JSON object.
fn misshapen(good: &str) -> Vec<String> {
    vec![
        String::new(),
        " ".to_owned(),
        "\u{feff}".to_owned(),
        "null".to_owned(),
        "0".to_owned(),
        "\"ok\"".to_owned(),
        good[..good.len() - 1].to_owned(),
        good.repeat(2),
        format!("{good}x"),
        format!("\u{feff}\u{feff}{good}"),
        format!("[{good}]"),
        format!(r#"["{OPENID}","{SESSION_KEY}"]"#),
        good.replace('"', "'"),
        good.replacen('{', r#"{"openid":"other","#, 1),
        format!("callback({good})"),
        good.to_owned() + &" ".repeat(65_536),
        "[".repeat(60_000),
        "{\"a\":".repeat(10_000),
    ]
}

/// An errcode is a whole number, or the text of one.
const ERRCODES: [&str; 13] = [
    "40029.5",
    "4e4",
    "true",
    "[]",
    "{}",
    r#""""#,
    r#""-""#,
    r#""+1""#,
    r#"" 1""#,
    r#""1.0""#,
    r#""0x1""#,
    r#""9223372036854775808""#,
    "9223372036854775808",
];

/// An id is short and plain.
const IDS: [&str; 8] = [
    "7",
    "true",
    "[]",
    "{}",
    "\"o x\"",
    "\"ö\"",
    r#""o\u0000""#,
    "\"o{}\"",
];

/// A `session_key` is base64 of 16 bytes.
const KEYS: [&str; 12] = [
    r#""""#,
    "7",
    "[]",
    "null",
    r#""tiihtNczf5v6AKRyjwEUhQ""#,
    r#""tiihtNczf5v6AKRyjwEUhR==""#,
    r#""tiihtNczf5v6AKRyjwEU""#,
    r#""tiihtNczf5v6AKRyjwEUhQA=""#,
    r#""tiihtNczf5v6AKRyjwEUhQAA""#,
    r#""tiihtNczf5v6AKRyjwEUhQ== ""#,
    r#""tiihtNczf5v6AKRyjwEU-_==""#,
    r#""tiihtNczf5v6AKRyjwEUhQ==tiihtNczf5v6AKRyjwEUhQ==""#,
];
