//! What the mini-program is told when WeChat refuses, errs, or does not answer.
mod garbage;

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

/// What an errcode amounts to, and what the mini-program is told: by login, by the question for an
/// `access_token`, and by the question for a phone number.
type Row = (i64, Told, Told, Told);
type Told = (u16, &'static str);

const NEW_LOGIN: Told = (401, "login_code_rejected");
const NEW_TAP: Told = (422, "phone_code_rejected");
const BLOCKED: Told = (403, "user_blocked");
const LIMIT: Told = (429, "rate_limited");
const AWAY: Told = (503, "wechat_unavailable");
const OPERATOR: Told = (503, "wechat_misconfigured");
const STRANGE: Told = (502, "wechat_bad_answer");
const OURS: Told = (500, "internal");

/// Every errcode of the calls that are made here.
const TABLE: [Row; 43] = [
    (-1, AWAY, AWAY, AWAY),
    (40001, OPERATOR, OPERATOR, AWAY),
    (40002, OURS, OURS, OURS),
    (40003, OURS, OURS, NEW_TAP),
    (40013, OPERATOR, OPERATOR, NEW_TAP),
    (40014, STRANGE, STRANGE, AWAY),
    (40029, NEW_LOGIN, STRANGE, NEW_TAP),
    (40066, OURS, OURS, OURS),
    (40097, OURS, OURS, OURS),
    (40125, OPERATOR, OPERATOR, OPERATOR),
    (40163, NEW_LOGIN, STRANGE, NEW_TAP),
    (40164, OPERATOR, OPERATOR, OPERATOR),
    (40226, BLOCKED, STRANGE, STRANGE),
    (40243, OPERATOR, OPERATOR, OPERATOR),
    (41001, OURS, OURS, OURS),
    (41002, OPERATOR, OPERATOR, OPERATOR),
    (41004, OPERATOR, OPERATOR, OPERATOR),
    (41008, OURS, OURS, OURS),
    (42001, STRANGE, STRANGE, AWAY),
    (43001, OURS, OURS, OURS),
    (43002, OURS, OURS, OURS),
    (43003, OURS, OURS, OURS),
    (44002, OURS, OURS, OURS),
    (45009, LIMIT, LIMIT, LIMIT),
    (45011, LIMIT, LIMIT, LIMIT),
    (45035, OPERATOR, OPERATOR, OPERATOR),
    (47001, OURS, OURS, OURS),
    (48001, OPERATOR, OPERATOR, OPERATOR),
    (48004, OPERATOR, OPERATOR, OPERATOR),
    (50001, OPERATOR, OPERATOR, OPERATOR),
    (50002, OPERATOR, OPERATOR, OPERATOR),
    (50004, OPERATOR, OPERATOR, OPERATOR),
    (50007, OPERATOR, OPERATOR, OPERATOR),
    (61004, OPERATOR, OPERATOR, OPERATOR),
    (87007, STRANGE, STRANGE, STRANGE),
    (87008, OURS, OURS, OURS),
    (87009, STRANGE, STRANGE, STRANGE),
    (89501, OPERATOR, OPERATOR, OPERATOR),
    (89503, OPERATOR, OPERATOR, OPERATOR),
    (89506, OPERATOR, OPERATOR, OPERATOR),
    (89507, OPERATOR, OPERATOR, OPERATOR),
    (99_999, STRANGE, STRANGE, STRANGE),
    (-99_999, STRANGE, STRANGE, STRANGE),
];

/// Those of other calls: whatever they mean there, here they are nobody's session's fault. All three
/// calls make the same of them.
const ELSEWHERE: [(i64, Told); 26] = [
    (1, STRANGE),
    (1000, STRANGE),
    (1001, STRANGE),
    (1003, STRANGE),
    (1005, STRANGE),
    (1007, STRANGE),
    (1022, STRANGE),
    (40016, STRANGE),
    (40234, STRANGE),
    (41018, OPERATOR),
    (48006, LIMIT),
    (61003, OPERATOR),
    (61005, OPERATOR),
    (61006, OPERATOR),
    (61007, OPERATOR),
    (61011, OPERATOR),
    (61023, OPERATOR),
    (76001, OURS),
    (76002, OURS),
    (76003, OURS),
    (76004, OURS),
    (76021, OURS),
    (76022, OURS),
    (89002, OPERATOR),
    (89300, STRANGE),
    (-601_006, STRANGE),
];

const TOKEN_PATH: &str = "/cgi-bin/stable_token";
const PHONE_PATH: &str = "/wxa/business/getuserphonenumber";

/// A question for a phone number while `path` answers with `errcode`; and how often that was asked.
async fn phone_under(stage: &Stage, path: &str, errcode: i64) -> (Answer, usize) {
    let token = stage.log_in("oMei").await;
    stage.wechat.end_tokens(json!({})).await;
    let code = stage.wechat.phone_code("oMei").await;
    let before = stage.wechat.asked_at(path).await;
    let fault = json!([{ "path": path, "errcode": errcode }]);
    stage.wechat.faults(fault).await;
    let answer = stage.phone.phone_number(&token, &code).await;
    stage.wechat.no_faults().await;
    let asked = stage.wechat.asked_at(path).await - before;
    // Whatever WeChat has forbidden for a while is over.
    stage.wait(Duration::from_mins(11));
    (answer, asked)
}

fn assert_told(answer: &Answer, expected: Told, errcode: i64, call: &str) {
    assert_eq!(answer.problem(), expected, "{errcode} to {call}");
    let hinted = !answer.header("retry-after").is_empty();
    assert_eq!(hinted, matches!(answer.status, 429 | 503), "{errcode}");
}

#[tokio::test]
async fn every_errcode_says_what_to_do_to_whoever_can() {
    story(async {
        let stage = Stage::start().await;
        for (errcode, login, token, phone) in TABLE {
            let before = stage.wechat.asked_at(PATH).await;
            let answer = login_under(&stage, json!({ "errcode": errcode })).await;
            assert_told(&answer, login, errcode, "login");
            let asked = stage.wechat.asked_at(PATH).await - before;
            assert_eq!(asked, 1, "{errcode}: a code is sent once");

            let (answer, asked) = phone_under(&stage, TOKEN_PATH, errcode).await;
            assert_told(&answer, token, errcode, TOKEN_PATH);
            // No code is spent by this question: while WeChat is busy, it is asked twice more.
            let times = if errcode == -1 { 3 } else { 1 };
            assert_eq!(asked, times, "{errcode}");

            let (answer, asked) = phone_under(&stage, PHONE_PATH, errcode).await;
            assert_told(&answer, phone, errcode, PHONE_PATH);
            // WeChat gives the very token again that it refuses: then nobody asks a second time.
            assert_eq!(asked, 1, "{errcode}: a phone code is sent once");
        }
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn an_errcode_of_another_call_is_nobodys_fault() {
    story(async {
        let stage = Stage::start().await;
        for (errcode, told) in ELSEWHERE {
            let login = login_under(&stage, json!({ "errcode": errcode })).await;
            assert_told(&login, told, errcode, "login");
            for path in [TOKEN_PATH, PHONE_PATH] {
                let (answer, asked) = phone_under(&stage, path, errcode).await;
                assert_told(&answer, told, errcode, path);
                assert_eq!(asked, 1, "{errcode} to {path}");
            }
        }
        stage.end().await;
    })
    .await;
}

/// A code that WeChat has read and not answered about is not sent again, whoever asks.
#[tokio::test]
async fn a_code_whose_answer_was_lost_is_sent_once() {
    story(async {
        let stage = Stage::start().await;
        for round in 0..25 {
            let openid = format!("oLost{round}");
            let code = stage.wechat.login_code(&openid).await;
            let reset = json!([{ "path": PATH, "reset": "after", "times": 1 }]);
            stage.wechat.faults(reset).await;
            let answer = stage.phone.login(&code).await;
            assert_eq!(answer.problem(), AWAY);
            for nonce in ["", "another"] {
                let again = stage.phone.login_as(&code, nonce).await;
                assert_eq!(again.problem(), NEW_LOGIN);
            }
            assert_eq!(stage.wechat.asked_about(&code).await, 1);
            // Most calls go well: nobody takes WeChat for away.
            for _ in 0..2 {
                stage.log_in(&openid).await;
            }
        }
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
