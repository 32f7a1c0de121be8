//! What the mini-program is told when WeChat refuses, errs, or does not answer.
use std::{collections::BTreeSet, time::Duration};

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use testkit::{Answer, Stage, story};

const PATH: &str = "/sns/jscode2session";

async fn login_under(stage: &Stage, mut fault: Value) -> Answer {
    fault["path"] = json!(PATH);
    stage.wechat.faults(json!([fault])).await;
    let code = stage.wechat.login_code("oMei").await;
    let answer = stage.phone.login(&code).await;
    stage.wechat.no_faults().await;
    answer
}

#[tokio::test]
async fn each_errcode_of_wechat_has_its_own_answer() {
    story(async {
        let stage = Stage::start().await;
        for (errcode, status, code) in [
            (40029, 401, "login_code_rejected"),
            (40163, 401, "login_code_rejected"),
            (40226, 403, "user_blocked"),
            (45011, 429, "rate_limited"),
            (-1, 503, "wechat_unavailable"),
            (40013, 503, "wechat_misconfigured"),
            (40125, 503, "wechat_misconfigured"),
            (40164, 503, "wechat_misconfigured"),
            (99_999, 502, "wechat_bad_answer"),
        ] {
            let answer = login_under(&stage, json!({ "errcode": errcode })).await;
            assert_eq!(answer.problem(), (status, code), "{errcode}");
            let hinted = !answer.header("retry-after").is_empty();
            assert_eq!(hinted, matches!(status, 429 | 503), "{errcode}");
        }
        stage.log_in("oMei").await;
        let counted = stage.system.session.host.metrics.encode();
        let logins = counted
            .lines()
            .filter_map(|line| line.strip_prefix("wxgate_logins_total{outcome="));
        let logins: BTreeSet<&str> = logins.collect();
        let expected = [
            r#""login_code_rejected"} 2"#,
            r#""ok"} 1"#,
            r#""rate_limited"} 1"#,
            r#""user_blocked"} 1"#,
            r#""wechat_bad_answer"} 1"#,
            r#""wechat_misconfigured"} 3"#,
            r#""wechat_unavailable"} 1"#,
        ];
        assert_eq!(logins, BTreeSet::from(expected));
        stage.end().await;
    })
    .await;
}

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
            assert_eq!(answer.problem(), (502, "wechat_bad_answer"), "{garbage}");
        }
        // What is remembered of the codes is no session.
        let kept = stage.system.records.dump().await.expect("memory");
        assert!(
            kept.iter().all(|(key, _)| key.starts_with("wxg:code:")),
            "{kept:?}"
        );
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn a_silent_wechat_is_given_up_on() {
    story(async {
        let stage =
            Stage::with(|plan| plan.session.wechat.timeout = Duration::from_millis(300)).await;
        for fault in [
            json!({ "hang": true }),
            json!({ "reset": "before" }),
            json!({ "reset": "after" }),
        ] {
            let answer = login_under(&stage, fault.clone()).await;
            assert_eq!(answer.problem(), (503, "wechat_unavailable"), "{fault}");
        }
        stage.end().await;
    })
    .await;
}

/// Whatever a client sends as code: WeChat sees nothing, or exactly our four parameters.
#[tokio::test]
async fn no_code_adds_a_parameter_to_wechats_query() {
    story(async {
        let stage = Stage::start().await;
        let mut runner = TestRunner::new(Config::default());
        let hostile = prop_oneof![
            "[ -~]{0,40}",
            "\\PC{0,20}",
            Just("x&appid=wx1&secret=y".to_owned()),
            Just("x%26appid%3Dwx1".to_owned()),
            Just("\"'\r\nx".to_owned()),
            "[A-Za-z0-9_-]{1,128}",
        ];
        for _ in 0..200 {
            let code = hostile.new_tree(&mut runner).expect("a code").current();
            let answer = stage.phone.login(&code).await;
            let expected = [(400, "invalid_request"), (401, "login_code_rejected")];
            assert!(
                expected.contains(&answer.problem()),
                "{code:?}: {}",
                answer.text
            );
        }
        let calls = stage.wechat.calls().await;
        assert!(calls.len() >= 20, "WeChat saw {} codes", calls.len());
        for call in calls {
            let expected = json!(["appid", "grant_type", "js_code", "secret"]);
            let mut names: Vec<_> = call["parameters"].as_array().expect("names").clone();
            names.sort_by_key(Value::to_string);
            assert_eq!(Value::from(names), expected);
            assert_eq!(call["appid"], fake_wechat::DEFAULT_APPID);
        }
        stage.end().await;
    })
    .await;
}
