//! What an exchange is refused for, and in which order.

use std::time::Duration;

use fake_wechat::{DEFAULT_APPID, DEFAULT_SECRET};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{EXCHANGE, Running, exchange_path, two_apps};

async fn ask(fake: &Running, query: &str) -> Value {
    let response = fake
        .send(Method::GET, &format!("{EXCHANGE}{query}"), String::new())
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

#[tokio::test]
async fn parameters_are_judged_one_by_one() {
    let fake = Running::start().await;
    let (app, secret) = (
        format!("appid={DEFAULT_APPID}"),
        format!("secret={DEFAULT_SECRET}"),
    );
    let steps = [
        (String::new(), 41002),
        ("?appid=&secret=x&js_code=x".to_owned(), 41002),
        ("?appid=wx-unknown".to_owned(), 40013),
        ("?appid=wx-unknown&secret=wrong".to_owned(), 40013),
        (format!("?{app}"), 41004),
        (format!("?{app}&secret="), 41004),
        (format!("?{app}&secret=wrong"), 40125),
        (
            format!("?{app}&secret=wrong&js_code=x&grant_type=authorization_code"),
            40125,
        ),
        (format!("?{app}&{secret}"), 41008),
        (format!("?{app}&{secret}&js_code=&grant_type=wrong"), 41008),
        (format!("?{app}&{secret}&js_code=x"), 40002),
        (
            format!("?{app}&{secret}&js_code=x&grant_type=client_credential"),
            40002,
        ),
        (
            format!("?{app}&{secret}&js_code=x&grant_type=authorization_code"),
            40029,
        ),
    ];
    for (query, errcode) in steps {
        assert_eq!(ask(&fake, &query).await["errcode"], errcode, "{query}");
    }
}

#[tokio::test]
async fn a_code_works_once() {
    let fake = Running::start().await;
    let made = fake.post("login-code", json!({})).await;
    let code = made["code"].as_str().unwrap();
    assert_eq!(fake.exchange(code).await["openid"], made["openid"]);
    assert_eq!(fake.errcode(code).await, 40163);
}

#[tokio::test]
async fn of_parallel_exchanges_one_wins() {
    let fake = Running::start().await;
    let code = fake.any_login_code().await;
    let answers = join_all((0..50).map(|_| fake.exchange(&code))).await;
    let won = answers
        .iter()
        .filter(|answer| answer["openid"].is_string())
        .count();
    let used = answers
        .iter()
        .filter(|answer| answer["errcode"] == 40163)
        .count();
    assert_eq!((won, used), (1, 49));
}

#[tokio::test]
async fn a_code_lives_five_minutes() {
    let fake = Running::start().await;
    let (in_time, late) = (fake.any_login_code().await, fake.any_login_code().await);
    fake.clock.advance(Duration::from_mins(5));
    assert!(fake.exchange(&in_time).await["openid"].is_string());
    fake.clock.advance(Duration::from_millis(1));
    assert_eq!(fake.errcode(&late).await, 40029);
    assert_eq!(
        fake.errcode(&in_time).await,
        40029,
        "expired comes before used"
    );
}

#[tokio::test]
async fn a_code_of_another_app_is_unknown() {
    let fake = Running::with(two_apps()).await;
    let made = fake
        .post("login-code", json!({ "appid": "wx-other" }))
        .await;
    let code = made["code"].as_str().unwrap();
    assert_eq!(fake.errcode(code).await, 40029);
    let own =
        format!("?appid=wx-other&secret=other-secret&js_code={code}&grant_type=authorization_code");
    assert_eq!(ask(&fake, &own).await["openid"], made["openid"]);
}

#[tokio::test]
async fn a_phone_code_is_no_login_code() {
    let fake = Running::start().await;
    fake.put_user("oMei", json!({})).await;
    let code = fake.post("phone-code", json!({ "openid": "oMei" })).await["code"].clone();
    let code = code.as_str().unwrap();
    assert!(
        code.len() == 64 && code.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')),
        "{code}"
    );
    assert_eq!(fake.errcode(code).await, 40029);
}

#[tokio::test]
async fn a_blocked_user_keeps_the_code() {
    let fake = Running::start().await;
    fake.put_user("oMei", json!({ "blocked": true })).await;
    let code = fake.login_code("oMei").await;
    assert_eq!(fake.errcode(&code).await, 40226);
    fake.put_user("oMei", json!({ "blocked": false })).await;
    assert_eq!(fake.exchange(&code).await["openid"], "oMei");
    fake.put_user("oMei", json!({ "blocked": true })).await;
    assert_eq!(
        fake.errcode(&code).await,
        40163,
        "used comes before blocked"
    );
}

#[tokio::test]
async fn a_user_has_a_hundred_exchanges_a_minute() {
    let fake = Running::start().await;
    fake.put_user("oMei", json!({})).await;
    let (code, other) = (fake.login_code("oMei").await, fake.any_login_code().await);
    assert_eq!(fake.exchange(&code).await["openid"], "oMei");
    for _ in 1..100 {
        assert_eq!(fake.errcode(&code).await, 40163);
    }
    assert_eq!(
        fake.errcode(&code).await,
        45011,
        "the limit comes before used"
    );
    assert!(
        fake.exchange(&other).await["openid"].is_string(),
        "others are not held back"
    );
    fake.clock.advance(Duration::from_mins(1));
    assert_eq!(fake.errcode(&code).await, 40163);
}

#[tokio::test]
async fn other_verbs_see_no_parameters() {
    let fake = Running::start().await;
    let code = fake.any_login_code().await;
    let form = exchange_path(&code).replace(&format!("{EXCHANGE}?"), "");
    let in_body = fake.send(Method::POST, EXCHANGE, form).await.unwrap();
    assert!(
        in_body
            .text()
            .await
            .unwrap()
            .starts_with(r#"{"errcode":41002,"errmsg":"appid missing, rid: "#)
    );
    let in_query = fake
        .send(Method::POST, &exchange_path(&code), String::new())
        .await
        .unwrap();
    assert!(in_query.text().await.unwrap().contains("41002"));
    fake.send(Method::HEAD, &exchange_path(&code), String::new())
        .await
        .unwrap();
    assert!(
        fake.exchange(&code).await["openid"].is_string(),
        "the code is still unused"
    );
}
