//! Answers about an `access_token`.

use std::time::Duration;

use wx_client::{AccessToken, Garbage, Renewal, WxError};

use crate::stub::{APPID, Stub, TOKEN, app, token};

fn granted(access_token: &str, expires_in: &str) -> String {
    format!(r#"{{"access_token":{access_token},"expires_in":{expires_in}}}"#)
}

async fn stable(wechat: &Stub, body: String) -> Result<(String, Duration), WxError> {
    wechat.say(200, body);
    let granted = wechat
        .client()
        .stable_token(&app(), Renewal::WhenDue)
        .await?;
    assert_eq!(granted.access_token.appid(), APPID);
    Ok((granted.access_token.expose().to_owned(), granted.expires_in))
}

#[tokio::test]
async fn a_token_comes_with_its_life() {
    let wechat = Stub::saying("").await;
    let long = "t".repeat(2048);
    for text in ["t", TOKEN, &long] {
        for (expires_in, seconds) in [("7200", 7200), ("345", 345), ("\"345\"", 345), ("1", 1)] {
            let answer = granted(&format!("\"{text}\""), expires_in);
            let found = stable(&wechat, answer).await.unwrap();
            assert_eq!(found, (text.to_owned(), Duration::from_secs(seconds)));
        }
    }
}

#[tokio::test]
async fn no_token_is_believed_to_live_longer_than_two_hours() {
    let wechat = Stub::saying("").await;
    for expires_in in ["7201", "9223372036854775807"] {
        let answer = granted("\"t\"", expires_in);
        let (_, life) = stable(&wechat, answer).await.unwrap();
        assert_eq!(life, Duration::from_hours(2));
    }
}

#[tokio::test]
async fn a_strange_token_is_garbage() {
    let wechat = Stub::saying("").await;
    let long = format!("\"{}\"", "t".repeat(2049));
    for text in [
        "\"\"",
        "7",
        "[]",
        "\"a b\"",
        "\"a\\n\"",
        "\"\u{f6}\"",
        &long,
    ] {
        let error = stable(&wechat, granted(text, "7200")).await.unwrap_err();
        let expected = Garbage::Malformed("access_token");
        assert!(
            matches!(error, WxError::Garbage(found) if found == expected),
            "{text}: {error:?}"
        );
    }
    for life in ["0", "-1", "1.5", "\"soon\"", "[]"] {
        let error = stable(&wechat, granted("\"t\"", life)).await.unwrap_err();
        let expected = Garbage::Malformed("expires_in");
        assert!(
            matches!(error, WxError::Garbage(found) if found == expected),
            "{life}: {error:?}"
        );
    }
    for (body, field) in [
        (r#"{"expires_in":7200}"#, "access_token"),
        (r#"{"access_token":null,"expires_in":7200}"#, "access_token"),
        (r#"{"access_token":"t"}"#, "expires_in"),
    ] {
        let error = stable(&wechat, body.to_owned()).await.unwrap_err();
        let expected = Garbage::Missing(field);
        assert!(
            matches!(error, WxError::Garbage(found) if found == expected),
            "{body}: {error:?}"
        );
    }
}

#[test]
fn tokens_are_one_if_app_and_text_are() {
    assert!(token() == token());
    assert!(token() != AccessToken::parse(APPID, "other".to_owned()).unwrap());
    assert!(token() != AccessToken::parse("wxother", TOKEN.to_owned()).unwrap());
}

#[test]
fn a_token_does_not_print_itself() {
    assert!(!format!("{:?}", token()).contains(TOKEN));
}
