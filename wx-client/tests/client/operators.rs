//! Answers to operators: quotas, earlier calls, unionids of users who paid.

use std::time::{Duration, UNIX_EPOCH};

use secrecy::ExposeSecret;
use wx_client::{Api, Garbage, Payment, WxError};

use crate::stub::{OPENID, RID, SUCCESS, Stub, TOKEN, token};

#[tokio::test]
async fn an_earlier_call_is_shown_but_not_printed() {
    let wechat = Stub::saying(SUCCESS).await;
    let call = wechat.client().look_up(&token(), RID).await.unwrap();
    assert_eq!(
        call.invoked,
        UNIX_EPOCH + Duration::from_secs(1_635_156_704)
    );
    assert_eq!(call.cost, Duration::from_millis(30));
    assert_eq!(call.client_ip, "113.0.0.1");
    assert_eq!(call.url.expose_secret(), format!("access_token={TOKEN}"));
    assert!(call.answer.expose_secret().contains(OPENID));
    let text = format!("{call:?}");
    assert!(
        text.contains("113.0.0.1") && !text.contains(TOKEN) && !text.contains(OPENID),
        "{text}"
    );
}

#[tokio::test]
async fn a_call_that_is_half_told_is_garbage() {
    let wechat = Stub::saying("").await;
    for field in [
        "invoke_time",
        "cost_in_ms",
        "client_ip",
        "request_url",
        "request_body",
        "response_body",
    ] {
        wechat.say(200, SUCCESS.replace(field, "other"));
        let error = wechat.fail(Api::LookUp).await;
        assert!(
            matches!(error, WxError::Garbage(Garbage::Missing(name)) if name == field),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_payment_names_a_unionid_and_does_not_print_itself() {
    let wechat = Stub::saying(SUCCESS).await;
    let payment = Payment::Transaction("4200001234".to_owned());
    let unionid = wechat
        .client()
        .paid_unionid(&token(), OPENID, &payment)
        .await
        .unwrap();
    assert_eq!(unionid, "ocMvos6NjeKLIBqg5Mr9QjxrP1FA");
    assert!(!format!("{payment:?}").contains("4200001234"));
    wechat.say(200, r#"{"errcode":0}"#);
    let error = wechat.fail(Api::PaidUnionid).await;
    assert!(
        matches!(error, WxError::Garbage(Garbage::Missing("unionid"))),
        "{error:?}"
    );
}

#[tokio::test]
async fn silence_about_a_quota_is_no_consent() {
    let wechat = Stub::saying("{}").await;
    let error = wechat.fail(Api::ClearQuota).await;
    assert!(
        matches!(error, WxError::Garbage(Garbage::Missing("errcode"))),
        "{error:?}"
    );
}
