//! What each errcode means.

use wx_client::{Quota, WxError};

use crate::stub::{Stub, error_of};

/// Each errcode that the call can give, with the kind of error it is.
const MEANINGS: [(&str, &[i64]); 7] = [
    ("busy", &[-1]),
    ("code_rejected", &[40029, 40163]),
    ("user_blocked", &[40226]),
    ("rate_limited", &[45009, 45011]),
    (
        "misconfigured",
        &[
            40001, 40013, 40125, 40164, 40243, 41002, 41004, 45035, 48001, 48004, 50001, 50002,
            50004, 50007, 61004, 89501, 89503, 89506, 89507,
        ],
    ),
    ("bad_request", &[40002, 40066, 41008, 43001, 43002, 43003]),
    (
        "unknown_errcode",
        &[1, -2, 40014, 40028, 42001, 47001, 87009, i64::MAX, i64::MIN],
    ),
];

#[tokio::test]
async fn every_errcode_has_its_meaning() {
    let wechat = Stub::saying("").await;
    for (kind, errcodes) in MEANINGS {
        for &errcode in errcodes {
            wechat.say(200, format!(r#"{{"errcode":{errcode},"errmsg":"text"}}"#));
            let error = error_of(wechat.exchange().await);
            assert_eq!((error.kind(), error.errcode()), (kind, Some(errcode)));
            assert_eq!(error.refusal().unwrap().errmsg, "text");
            assert!(!error.nothing_was_sent(), "{errcode} was an answer");
        }
    }
}

#[tokio::test]
async fn minute_and_day_limits_differ() {
    let wechat = Stub::saying("").await;
    for (errcode, expected) in [(45011, Quota::PerMinute), (45009, Quota::PerDay)] {
        wechat.say(200, format!(r#"{{"errcode":{errcode}}}"#));
        let error = error_of(wechat.exchange().await);
        let WxError::RateLimited { quota, .. } = error else {
            panic!("{error:?}")
        };
        assert_eq!(quota, expected);
    }
}

#[tokio::test]
async fn an_errcode_is_read_in_any_spelling() {
    let bodies = [
        r#"{"errcode":"40029"}"#,
        r#"{"errcode":40029,"errmsg":null}"#,
        r#"{"errcode":40029,"errmsg":["invalid code"]}"#,
        "\u{feff}{\"errmsg\":\"invalid code\",\"errcode\":40029}\r\n",
        r#"{"errcode":40029,"openid":7,"session_key":{},"unionid":""}"#,
    ];
    let wechat = Stub::saying("").await;
    for body in bodies {
        wechat.say(200, body);
        let error = error_of(wechat.exchange().await);
        assert!(
            matches!(error, WxError::CodeRejected(_)),
            "{body}: {error:?}"
        );
    }
    wechat.say(200, r#"{"errcode":"-1"}"#);
    assert!(matches!(
        error_of(wechat.exchange().await),
        WxError::Busy(_)
    ));
}

#[tokio::test]
async fn a_refusal_beats_a_payload_beside_it() {
    let body = format!(
        r#"{{"openid":"{}","session_key":"{}","errcode":40163}}"#,
        crate::stub::OPENID,
        crate::stub::SESSION_KEY
    );
    let error = error_of(Stub::saying(body).await.exchange().await);
    assert!(matches!(error, WxError::CodeRejected(_)), "{error:?}");
}
