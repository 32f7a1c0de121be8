//! Answers about encrypted data.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use wx_client::{Garbage, MsgHash, WxError};

use crate::stub::{Stub, token};

async fn check(wechat: &Stub, body: &str) -> Result<Option<SystemTime>, WxError> {
    wechat.say(200, body.to_owned());
    let client = wechat.client();
    client
        .check_encrypted_msg(&token(), MsgHash::of_text("AA=="))
        .await
}

#[tokio::test]
async fn data_is_of_wechat_or_it_is_not() {
    let wechat = Stub::saying("").await;
    for field in ["vaild", "valid"] {
        let body = format!(r#"{{"errcode":0,"{field}":true,"create_time":1629121902}}"#);
        let made = UNIX_EPOCH + Duration::from_secs(1_629_121_902);
        assert_eq!(check(&wechat, &body).await.unwrap(), Some(made));
    }
    for body in [
        r#"{"errcode":0,"vaild":false,"create_time":0}"#,
        r#"{"errcode":0,"vaild":false}"#,
        r#"{"errcode":1,"errmsg":"data not exit"}"#,
    ] {
        assert_eq!(check(&wechat, body).await.unwrap(), None, "{body}");
    }
}

#[tokio::test]
async fn silence_about_data_is_no_consent() {
    let wechat = Stub::saying("").await;
    for (body, expected) in [
        (r#"{"errcode":0}"#, Garbage::Missing("vaild")),
        (r#"{"vaild":"true"}"#, Garbage::Malformed("vaild")),
        (r#"{"vaild":1}"#, Garbage::Malformed("vaild")),
        (r#"{"vaild":true}"#, Garbage::Missing("create_time")),
    ] {
        let error = check(&wechat, body).await.unwrap_err();
        assert!(
            matches!(error, WxError::Garbage(found) if found == expected),
            "{body}: {error:?}"
        );
    }
}

#[test]
fn text_and_bytes_have_hashes_of_their_own() {
    assert_eq!(MsgHash::of_text("AA=="), MsgHash::of_bytes(b"AA=="));
    assert_ne!(MsgHash::of_text("AA=="), MsgHash::of_bytes(&[0]));
}
