//! What users say of themselves.
use std::time::Duration;

use wx_proto::{common::v1::ErrorReason, session::v1::UpdateProfileRequest};

use crate::{
    bounded,
    edge::reason,
    system::{START, Store, System},
};

const PICTURE: &str = "https://cdn.example/a.png";

fn seconds(offset: u64) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: i64::try_from(START.unix_seconds() + offset).unwrap(),
        nanos: 0,
    }
}

fn change(token: &str, nickname: Option<&str>, picture: Option<&str>) -> UpdateProfileRequest {
    UpdateProfileRequest {
        session_rd: token.to_owned(),
        nickname: nickname.map(str::to_owned),
        avatar_url: picture.map(str::to_owned),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_what_its_user_says() {
    bounded(async {
        let system = System::start(Store::Memory).await;
        let code = system.wechat.code_of(serde_json::json!({})).await;
        let login = system.login(&code).await.unwrap();
        let (token, id) = (login.session_rd, login.user.unwrap().id);
        let first = change(&token, Some(" 阿\u{202e}梅 "), None);
        let user = system.update_profile(first).await.unwrap();
        assert_eq!(
            (user.nickname.as_str(), user.avatar_url.as_str()),
            ("阿梅", "")
        );
        let second = change(&token, None, Some(PICTURE));
        let user = system.update_profile(second).await.unwrap();
        assert_eq!(user.id, id);
        assert_eq!(
            (user.nickname.as_str(), user.avatar_url.as_str()),
            ("阿梅", PICTURE)
        );
        assert_eq!(system.user(&id).await.unwrap(), user);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_shows_when_they_came() {
    bounded(async {
        let system = System::start(Store::Memory).await;
        let openid = system.newcomer().await;
        system.log_in(&openid).await;
        system.pass(Duration::from_secs(90));
        let code = system.wechat.code(&openid).await;
        let user = system.login(&code).await.unwrap().user.unwrap();
        assert_eq!(user.created_at, Some(seconds(0)));
        assert_eq!(user.last_login_at, Some(seconds(90)));
        assert_eq!(system.user(&user.id).await.unwrap(), user);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_cannot_be_is_refused_whole() {
    bounded(async {
        let system = System::start(Store::Memory).await;
        let code = system.wechat.code_of(serde_json::json!({})).await;
        let login = system.login(&code).await.unwrap();
        let token = &login.session_rd;
        let long = "梅".repeat(65);
        let bad = [
            change(token, Some(&long), Some(PICTURE)),
            change(token, Some("Mei"), Some("javascript:alert(1)")),
        ];
        for change in bad {
            let refused = reason(system.update_profile(change).await);
            assert_eq!(refused, ErrorReason::InvalidRequest);
        }
        let user = login.user.unwrap();
        assert_eq!(system.user(&user.id).await.unwrap(), user);
        let forged = reason(system.update_profile(change("x", Some("Mei"), None)).await);
        assert_eq!(forged, ErrorReason::SessionInvalid);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nickname_is_asked_for_until_there_is_one() {
    bounded(async {
        let system = System::with(Store::Memory, |config| {
            config.users.require_nickname = true;
        })
        .await;
        let login = system.log_in_as("oMei", None).await;
        let (token, user) = (login.session_rd, login.user.unwrap());
        assert!(user.profile_required, "and the login went well");
        assert!(system.user(&user.id).await.unwrap().profile_required);
        for (nickname, picture, required) in [
            (None, Some(PICTURE), true),
            (Some("\u{200b} "), None, true),
            (Some("Mei"), None, false),
            (Some(""), None, true),
        ] {
            let change = change(&token, nickname, picture);
            let changed = system.update_profile(change).await.unwrap();
            assert_eq!(changed.profile_required, required, "{nickname:?}");
            assert_eq!(system.user(&user.id).await.unwrap(), changed);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_nickname_is_asked_for_unless_told_to() {
    bounded(async {
        let system = System::start(Store::Memory).await;
        let user = system.log_in_as("oMei", None).await.user.unwrap();
        assert!(!user.profile_required);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_user_is_not_found() {
    bounded(async {
        let system = System::start(Store::Memory).await;
        let unknown = "0190b5a0-0000-7000-8000-000000000001";
        assert_eq!(reason(system.user(unknown).await), ErrorReason::NotFound);
        for malformed in ["", "1", "not-a-uuid"] {
            let refused = reason(system.user(malformed).await);
            assert_eq!(refused, ErrorReason::InvalidRequest);
        }
    })
    .await;
}
