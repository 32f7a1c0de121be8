//! `/wxa/getpaidunionid`.

use std::time::Duration;

use fake_wechat::DEFAULT_APPID;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Running, text};

async fn ask(fake: &Running, query: &str) -> Value {
    fake.call(&format!("/wxa/getpaidunionid?{query}")).await
}

async fn paid(fake: &Running) -> (String, Value) {
    let user = fake.put_user("oMei", json!({})).await;
    let numbers = fake.post("payment", json!({ "openid": "oMei" })).await;
    (text(&user, "unionid"), numbers)
}

#[tokio::test]
async fn a_payment_tells_the_unionid_by_either_of_its_names() {
    let fake = Running::start().await;
    let (unionid, numbers) = paid(&fake).await;
    let expected = json!({ "unionid": unionid, "errcode": 0, "errmsg": "ok" });
    let by_wechat = format!("transaction_id={}", text(&numbers, "transaction_id"));
    let by_shop = format!(
        "mch_id={}&out_trade_no={}",
        text(&numbers, "mch_id"),
        text(&numbers, "out_trade_no")
    );
    for name in [by_wechat, by_shop] {
        let answer = ask(&fake, &format!("openid=oMei&{name}")).await;
        assert_eq!(answer, expected, "{name}");
    }
}

#[tokio::test]
async fn a_payment_tells_it_for_five_minutes() {
    let fake = Running::start().await;
    let (_, numbers) = paid(&fake).await;
    let query = format!(
        "openid=oMei&transaction_id={}",
        text(&numbers, "transaction_id")
    );
    fake.clock.advance(Duration::from_mins(5));
    assert_eq!(ask(&fake, &query).await["errcode"], 0);
    fake.clock.advance(Duration::from_secs(1));
    assert_eq!(ask(&fake, &query).await["errcode"], 89300);
}

#[tokio::test]
async fn without_payment_user_or_bond_there_is_no_unionid() {
    let fake = Running::start().await;
    let (_, numbers) = paid(&fake).await;
    fake.put_user("oEve", json!({})).await;
    let id = text(&numbers, "transaction_id");
    for (query, errcode) in [
        (format!("transaction_id={id}"), 40003),
        (format!("openid=oNobody&transaction_id={id}"), 40003),
        (format!("openid=oEve&transaction_id={id}"), 89300),
        ("openid=oMei".to_owned(), 89300),
        ("openid=oMei&mch_id=1".to_owned(), 89300),
    ] {
        assert_eq!(ask(&fake, &query).await["errcode"], errcode, "{query}");
    }
    let call = format!("apps/{DEFAULT_APPID}");
    fake.control(Method::PUT, &call, json!({ "bound": false }))
        .await;
    let query = format!("openid=oMei&transaction_id={id}");
    assert_eq!(ask(&fake, &query).await["errcode"], 89002);
}
