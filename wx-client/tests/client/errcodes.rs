//! What each errcode means.

use wx_client::{Api, Quota, Remedy, WxError};

use crate::stub::{Stub, error_of};

/// Each errcode that WeChat gives, with the kind of error it is and what can be done.
const MEANINGS: [(&str, Remedy, &[i64]); 10] = [
    ("busy", Remedy::TryLater, &[-1]),
    ("code_rejected", Remedy::NewCode, &[40029, 40163]),
    ("key_stale", Remedy::NewCode, &[87007, 87009]),
    ("token_rejected", Remedy::NewToken, &[40014, 42001]),
    ("user_blocked", Remedy::RefuseUser, &[40226]),
    ("trade_rejected", Remedy::RefuseUser, &[89300]),
    ("rate_limited", Remedy::NextMinute, &[45011]),
    ("rate_limited", Remedy::StopCalling, &[45009, 48006]),
    (
        "misconfigured",
        Remedy::AlertOperator,
        &[
            40013, 40125, 40164, 40243, 41002, 41004, 45035, 48001, 48004, 50001, 50002, 50004,
            50007, 41018, 61003, 61004, 61005, 61006, 61007, 61011, 61023, 89002, 89501, 89503,
            89506, 89507,
        ],
    ),
    (
        "bad_request",
        Remedy::MendCaller,
        &[
            40002, 40003, 40066, 40097, 41001, 41008, 43001, 43002, 43003, 44002, 47001, 76001,
            76002, 76003, 76004, 76021, 76022, 87008,
        ],
    ),
];

/// Errcodes that no call of ours is known to give.
const UNKNOWN: [i64; 5] = [-2, 2, 40028, i64::MAX, i64::MIN];

/// The errcode that a call takes for a "no".
fn negative(api: Api) -> Option<i64> {
    match api {
        Api::CheckSessionKey => Some(87009),
        Api::CheckEncryptedMsg => Some(1),
        _ => None,
    }
}

async fn assert_means(wechat: &Stub, api: Api, errcode: i64, expected: (&str, Remedy)) {
    wechat.say(200, format!(r#"{{"errcode":{errcode},"errmsg":"text"}}"#));
    let error = wechat.fail(api).await;
    assert_eq!(
        (error.kind(), error.remedy()),
        expected,
        "{api:?} {errcode}"
    );
    let refusal = error.refusal().unwrap();
    assert_eq!(
        (refusal.errcode, refusal.errmsg.as_str()),
        (errcode, "text")
    );
    assert!(!error.nothing_was_sent(), "{errcode} was an answer");
}

#[tokio::test]
async fn every_errcode_has_its_meaning_in_every_call() {
    let wechat = Stub::saying("").await;
    for api in Api::ALL {
        for (kind, remedy, errcodes) in MEANINGS {
            for &errcode in errcodes {
                if negative(api) != Some(errcode) {
                    assert_means(&wechat, api, errcode, (kind, remedy)).await;
                }
            }
        }
        for errcode in UNKNOWN {
            assert_means(&wechat, api, errcode, ("unknown_errcode", Remedy::Unknown)).await;
        }
    }
}

#[tokio::test]
async fn invalid_credential_is_the_secret_or_the_token_whichever_was_sent() {
    let wechat = Stub::saying("").await;
    for api in Api::ALL {
        let expected = match api {
            Api::CodeToSession | Api::StableToken | Api::Token | Api::ClearQuota => {
                ("misconfigured", Remedy::AlertOperator)
            }
            _ => ("token_rejected", Remedy::NewToken),
        };
        assert_means(&wechat, api, 40001, expected).await;
    }
}

#[tokio::test]
async fn limits_per_minute_day_and_month_differ() {
    let wechat = Stub::saying("").await;
    for (errcode, expected) in [
        (45011, Quota::PerMinute),
        (45009, Quota::PerDay),
        (48006, Quota::PerMonth),
    ] {
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
