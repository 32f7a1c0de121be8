//! Faults spoil whichever path they are planned for.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{EXCHANGE, Running, STABLE_TOKEN, text};

/// Every path of WeChat's that the fake has.
pub(crate) const PATHS: [&str; 16] = [
    EXCHANGE,
    "/sns/component/jscode2session",
    "/cgi-bin/token",
    STABLE_TOKEN,
    "/cgi-bin/clear_quota",
    "/cgi-bin/clear_quota/v2",
    "/cgi-bin/openapi/quota/clear",
    "/cgi-bin/openapi/quota/get",
    "/cgi-bin/openapi/rid/get",
    "/wxa/checksession",
    "/wxa/resetusersessionkey",
    "/wxa/getpaidunionid",
    "/wxa/getpluginopenpid",
    "/wxa/business/checkencryptedmsg",
    "/wxa/business/getuserencryptkey",
    "/wxa/business/getuserphonenumber",
];

async fn post(fake: &Running, path: &str) -> reqwest::Result<reqwest::Response> {
    fake.send(Method::POST, path, "{}".to_owned()).await
}

#[tokio::test]
async fn every_path_is_known_and_can_be_spoilt() {
    let fake = Running::start().await;
    for path in PATHS {
        let true_answer = fake.post_json(path, json!({})).await;
        assert_ne!(true_answer["errcode"], 40066, "{path} is known");
        assert_ne!(true_answer["errcode"], 0, "{path}");
        fake.plan(
            json!([{ "path": path, "errcode": -1, "times": 1 }, { "path": path, "status": 502 }]),
        )
        .await;
        assert_eq!(
            fake.post_json(path, json!({})).await["errcode"],
            -1,
            "{path}"
        );
        assert_eq!(post(&fake, path).await.unwrap().status(), 502, "{path}");
        fake.plan(json!([{ "path": path, "reset": "before" }]))
            .await;
        post(&fake, path).await.unwrap_err();
    }
}

#[tokio::test]
async fn a_star_stands_for_any_ending() {
    let fake = Running::start().await;
    fake.plan(json!([
        { "path": "/wxa/*", "errcode": 45011 },
        { "path": "*", "errcode": -1, "times": 1 },
    ]))
    .await;
    for (path, errcode) in [
        ("/wxa/checksession", 45011),
        ("/wxa/business/getuserphonenumber", 45011),
        ("/wxaunknown", -1),
        (STABLE_TOKEN, 43002),
    ] {
        assert_eq!(fake.get(path).await["errcode"], errcode, "{path}");
    }
}

#[tokio::test]
async fn garbage_resembles_the_success_of_its_path() {
    let fake = Running::start().await;
    for (path, member) in [
        (EXCHANGE, "session_key"),
        (STABLE_TOKEN, "access_token"),
        ("/wxa/resetusersessionkey", "session_key"),
        ("/wxa/business/getuserphonenumber", "phone_info"),
    ] {
        for (garbage, is_json, has_member) in [
            ("wrong_types", true, true),
            ("no_payload", true, false),
            ("truncated", false, true),
        ] {
            fake.plan(json!([{ "path": path, "garbage": garbage }]))
                .await;
            let text = post(&fake, path).await.unwrap().text().await.unwrap();
            let json = serde_json::from_str::<Value>(&text);
            assert_eq!(json.is_ok(), is_json, "{path} {garbage}: {text}");
            assert_eq!(
                text.contains(member),
                has_member,
                "{path} {garbage}: {text}"
            );
            if garbage == "wrong_types" {
                let value = &json.unwrap()[member];
                assert!(value.is_array() || value.is_number(), "{text}");
            }
        }
    }
}

#[tokio::test]
async fn a_token_that_was_made_may_get_lost_on_its_way() {
    let fake = Running::start().await;
    fake.plan(json!([{ "path": STABLE_TOKEN, "reset": "after", "times": 1 }]))
        .await;
    post(&fake, STABLE_TOKEN).await.unwrap_err();
    let wanted = json!({
        "grant_type": "client_credential",
        "appid": fake_wechat::DEFAULT_APPID,
        "secret": fake_wechat::DEFAULT_SECRET,
    });
    fake.plan(json!([{ "path": STABLE_TOKEN, "reset": "after", "times": 1 }]))
        .await;
    fake.send(Method::POST, STABLE_TOKEN, wanted.to_string())
        .await
        .unwrap_err();
    fake.token().await;
    let (_, tallies) = fake
        .control(Method::GET, "access-tokens", Value::Null)
        .await;
    assert_eq!(
        (&tallies[0]["asked"], &tallies[0]["made"]),
        (&json!(2), &json!(1))
    );
}

#[tokio::test]
async fn a_planned_40164_names_the_callers_address() {
    let fake = Running::start().await;
    fake.plan(json!([{ "path": STABLE_TOKEN, "errcode": 40164 }]))
        .await;
    let answer = fake.stable(false).await;
    assert!(
        text(&answer, "errmsg").starts_with("invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in")
    );
}

#[tokio::test]
async fn unknown_fields_double_no_member() {
    let fake = Running::start().await;
    let path = format!(
        "/cgi-bin/token?grant_type=client_credential&appid={}&secret={}",
        fake_wechat::DEFAULT_APPID,
        fake_wechat::DEFAULT_SECRET
    );
    for (twist, member) in [
        ("unknown_fields", "expires_in"),
        ("errcode_zero", "errcode"),
    ] {
        fake.plan(json!([{ "path": "*", "twist": twist }])).await;
        let response = fake.send(Method::GET, &path, String::new()).await;
        let text = response.unwrap().text().await.unwrap();
        assert_eq!(text.matches(member).count(), 1, "{text}");
    }
}
