//! `/wxa/getpluginopenpid`.

use serde_json::{Value, json};

use crate::support::{Running, text, two_apps};

const PATH: &str = "/wxa/getpluginopenpid";

async fn code(fake: &Running) -> String {
    text(
        &fake.post("plugin-code", json!({ "openid": "oMei" })).await,
        "code",
    )
}

#[tokio::test]
async fn a_plugin_knows_a_user_by_an_id_of_its_own() {
    let fake = Running::with(two_apps()).await;
    fake.put_user("oMei", json!({})).await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let answer = fake
            .call_with(PATH, json!({ "code": code(&fake).await }))
            .await;
        assert_eq!(answer["errcode"], 0);
        ids.push(text(&answer, "openpid"));
    }
    assert_eq!(ids[0], ids[1]);
    assert!(ids[0].len() == 28 && ids[0].starts_with('G'), "{ids:?}");
    let wanted =
        json!({ "grant_type": "client_credential", "appid": "wx-other", "secret": "other-secret" });
    let token = text(
        &fake.post_json("/cgi-bin/stable_token", wanted).await,
        "access_token",
    );
    let path = format!("{PATH}?access_token={token}");
    let other = fake
        .post_json(&path, json!({ "code": code(&fake).await }))
        .await;
    assert_ne!(text(&other, "openpid"), ids[0], "another plugin");
}

#[tokio::test]
async fn a_plugin_code_works_once_and_is_no_login_code() {
    let fake = Running::start().await;
    fake.put_user("oMei", json!({})).await;
    let code = code(&fake).await;
    assert_eq!(fake.errcode(&code).await, 40029);
    assert_eq!(
        fake.call_with(PATH, json!({ "code": code })).await["errcode"],
        0
    );
    assert_eq!(
        fake.call_with(PATH, json!({ "code": code })).await["errcode"],
        40029
    );
    let login = fake.login_code("oMei").await;
    assert_eq!(
        fake.call_with(PATH, json!({ "code": login })).await["errcode"],
        40029
    );
}

#[tokio::test]
async fn its_refusals_have_a_rid_and_no_text() {
    let fake = Running::start().await;
    let answer: Value = fake.call_with(PATH, json!({})).await;
    assert_eq!(answer["errcode"], 1022);
    assert!(text(&answer, "errmsg").starts_with(" rid: "), "{answer}");
}
