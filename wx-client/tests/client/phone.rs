//! Answers about a phone number.

use std::time::{Duration, UNIX_EPOCH};

use wx_client::{Garbage, PhoneNumber, WxError};

use crate::stub::{APPID, CODE, OPENID, PHONE, SUCCESS, Stub, token};

async fn number(wechat: &Stub, body: String) -> Result<PhoneNumber, WxError> {
    wechat.say(200, body);
    let client = wechat.client();
    client.phone_number(&token(), CODE, OPENID).await
}

#[tokio::test]
async fn a_phone_code_names_a_number_and_when_it_was_given() {
    let wechat = Stub::saying("").await;
    for country in ["\"86\"", "86"] {
        let body = SUCCESS.replace("\"86\"", country);
        let number = number(&wechat, body).await.unwrap();
        assert_eq!(number.phone_number, PHONE);
        assert_eq!(number.pure_phone_number, PHONE);
        assert_eq!(number.country_code, "86");
        assert_eq!(number.watermark.appid, APPID);
        let pressed = UNIX_EPOCH + Duration::from_secs(1_637_744_274);
        assert_eq!(number.watermark.timestamp, pressed);
    }
}

#[tokio::test]
async fn a_number_given_in_another_app_is_garbage() {
    let wechat = Stub::saying("").await;
    let body = SUCCESS.replace(APPID, "wxfedcba9876543210");
    let error = number(&wechat, body).await.err().unwrap();
    assert!(
        matches!(error, WxError::Garbage(Garbage::Foreign("watermark"))),
        "{error:?}"
    );
}

#[tokio::test]
async fn success_without_a_whole_number_is_garbage() {
    let wechat = Stub::saying("").await;
    let long = format!("\"{}\"", "1".repeat(33));
    let changes = [
        ("phone_info", "phoneInfo", Garbage::Missing("phone_info")),
        ("phoneNumber", "phone", Garbage::Missing("phoneNumber")),
        (
            "purePhoneNumber",
            "pure",
            Garbage::Missing("purePhoneNumber"),
        ),
        ("countryCode", "country", Garbage::Missing("countryCode")),
        ("watermark", "mark", Garbage::Missing("watermark")),
        ("timestamp", "time", Garbage::Missing("timestamp")),
        ("\"13580006666\"", "\"\"", Garbage::Malformed("phoneNumber")),
        (
            "\"13580006666\"",
            "13580006666",
            Garbage::Malformed("phoneNumber"),
        ),
        ("\"13580006666\"", &long, Garbage::Malformed("phoneNumber")),
        ("\"86\"", "\"+86\"", Garbage::Malformed("countryCode")),
        ("\"86\"", "-86", Garbage::Malformed("countryCode")),
        ("\"86\"", "\"\"", Garbage::Malformed("countryCode")),
        ("1637744274", "-1", Garbage::Malformed("timestamp")),
        ("1637744274", "1e3", Garbage::Malformed("timestamp")),
        (
            "1637744274",
            "9223372036854775808",
            Garbage::Malformed("timestamp"),
        ),
    ];
    for (part, other, expected) in changes {
        let body = SUCCESS.replacen(part, other, 1);
        let error = number(&wechat, body).await.err().unwrap();
        assert!(
            matches!(error, WxError::Garbage(found) if found == expected),
            "{part} as {other}: {error:?}"
        );
    }
}
