//! Answers about a `session_key`.

use wx_client::{Garbage, SessionKey, Signature, WxError};

use crate::stub::{OPENID, SESSION_KEY, SIGNATURE, Stub, signature, token};

async fn check(wechat: &Stub, body: &str) -> Result<bool, WxError> {
    wechat.say(200, body.to_owned());
    let client = wechat.client();
    client.check_session(&token(), OPENID, &signature()).await
}

async fn reset(wechat: &Stub, body: String) -> Result<SessionKey, WxError> {
    wechat.say(200, body);
    let client = wechat.client();
    client
        .reset_session_key(&token(), OPENID, &signature())
        .await
}

#[tokio::test]
async fn a_key_is_good_or_it_is_not() {
    let wechat = Stub::saying("").await;
    let good = check(&wechat, r#"{"errcode":0,"errmsg":"ok"}"#).await;
    assert!(good.unwrap());
    let stale = check(&wechat, r#"{"errcode":87009,"errmsg":"invalid signature"}"#).await;
    assert!(!stale.unwrap());
}

#[tokio::test]
async fn silence_about_a_key_is_no_consent() {
    let wechat = Stub::saying("").await;
    for body in ["{}", r#"{"errcode":null}"#, r#"{"errmsg":"ok"}"#] {
        let error = check(&wechat, body).await.unwrap_err();
        let expected = Garbage::Missing("errcode");
        assert!(
            matches!(error, WxError::Garbage(found) if found == expected),
            "{body}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_reset_answers_the_new_key() {
    let body = format!(r#"{{"errcode":0,"openid":"{OPENID}","session_key":"{SESSION_KEY}"}}"#);
    let wechat = Stub::saying("").await;
    let key = reset(&wechat, body).await.ok().unwrap();
    assert_eq!(key.expose(), SESSION_KEY);
}

#[tokio::test]
async fn a_reset_without_a_key_of_this_user_is_garbage() {
    let key = format!(r#""session_key":"{SESSION_KEY}""#);
    let bodies = [
        (format!("{{{key}}}"), Garbage::Missing("openid")),
        (
            format!(r#"{{"openid":"oOther",{key}}}"#),
            Garbage::Foreign("openid"),
        ),
        (
            format!(r#"{{"openid":"{OPENID}"}}"#),
            Garbage::Missing("session_key"),
        ),
        (
            format!(r#"{{"openid":"{OPENID}","session_key":"short"}}"#),
            Garbage::Malformed("session_key"),
        ),
    ];
    let wechat = Stub::saying("").await;
    for (body, expected) in bodies {
        let error = reset(&wechat, body.clone()).await.err().unwrap();
        assert!(
            matches!(error, WxError::Garbage(found) if found == expected),
            "{body}: {error:?}"
        );
    }
}

#[test]
fn a_signature_is_64_lower_case_hex_digits() {
    assert_eq!(signature().expose(), SIGNATURE);
    let upper = SIGNATURE.to_uppercase();
    let long = format!("{SIGNATURE}0");
    for text in [
        "",
        &SIGNATURE[1..],
        &upper,
        &long,
        &SIGNATURE.replace('f', "g"),
    ] {
        assert!(Signature::parse(text).is_none(), "{text}");
    }
}

#[test]
fn a_signature_does_not_print_itself() {
    assert!(!format!("{:?}", signature()).contains(&SIGNATURE[..6]));
}
