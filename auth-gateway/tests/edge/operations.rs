//! Each operation, when all is well: exact answers, exact questions.
use http::StatusCode;
use serde_json::json;

use super::{
    script::{OPENED, OPENID, PHONE, SESSION, SUCCESSOR, TOKEN},
    support::{Edge, every_operation, plain, with_body, with_token},
};

#[tokio::test]
async fn login_answers_token_times_and_user() {
    let edge = Edge::start();
    let body = r#"{"code":"c-1","appid":"wx1","nonce":"n-1","device":"手机","later":true}"#;
    let answer = edge.send(with_body("POST /v1/login", body)).await;
    assert_eq!(answer.status, StatusCode::OK);
    let expected = json!({
        "session_rd": TOKEN,
        "expires_in": 1800,
        "refresh_in": 1200,
        "user": {
            "id": "user-1",
            "is_new": true,
            "nickname": "小梅",
            "avatar_url": "",
            "profile_required": false,
        },
    });
    assert_eq!(answer.json(), expected);
    assert_eq!(edge.script.said(), ["login c-1|wx1|n-1|手机"]);
}

#[tokio::test]
async fn login_needs_nothing_but_a_code() {
    let edge = Edge::start();
    let mut request = with_body("POST /v1/login", r#"{"code":"c-2","nonce":null}"#);
    let kind = "Application/JSON; charset=utf-8".parse().unwrap();
    request.headers_mut().insert("content-type", kind);
    assert_eq!(edge.send(request).await.status, StatusCode::OK);
    assert_eq!(edge.script.said(), ["login c-2|||"]);
}

#[tokio::test]
async fn refresh_answers_the_successor() {
    let edge = Edge::start();
    let answer = edge
        .send(with_token(plain("POST /v1/session/refresh")))
        .await;
    assert_eq!(
        answer.json(),
        json!({ "session_rd": SUCCESSOR, "expires_in": 1800, "refresh_in": 1200 })
    );
    assert_eq!(edge.script.said(), [format!("refresh {TOKEN}")]);
}

#[tokio::test]
async fn a_body_where_none_is_needed_is_ignored() {
    let edge = Edge::start();
    for kind in ["text/plain", "application/x-www-form-urlencoded"] {
        let mut request = with_token(with_body("POST /v1/session/refresh", "a=b"));
        request
            .headers_mut()
            .insert("content-type", kind.parse().unwrap());
        assert_eq!(edge.send(request).await.status, StatusCode::OK, "{kind}");
    }
}

#[tokio::test]
async fn a_session_is_shown_with_its_times_and_user() {
    let edge = Edge::start();
    let answer = edge.send(with_token(plain("GET /v1/session"))).await;
    let expected = json!({
        "session": {
            "id": "7f3c1d9a5b2e4f60818293a4b5c6d7e8",
            "appid": "wxscript",
            "issued_at": "2026-01-31T08:00:00Z",
            "expires_at": "2026-01-31T08:30:00.25Z",
            "absolute_expires_at": "2026-03-02T08:00:00Z",
        },
        "user": {
            "id": "user-1",
            "nickname": "小梅",
            "avatar_url": "",
            "profile_required": false,
        },
    });
    assert_eq!(answer.json(), expected);
    let verified = format!("verify {TOKEN}");
    assert_eq!(edge.script.said(), [verified.as_str(), "user user-1"]);
}

#[tokio::test]
async fn logout_answers_nothing_twice() {
    let edge = Edge::start();
    for _ in 0..2 {
        let answer = edge.send(with_token(plain("DELETE /v1/session"))).await;
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (StatusCode::NO_CONTENT, "")
        );
    }
}

#[tokio::test]
async fn the_list_shows_each_session_and_which_one_asked() {
    let edge = Edge::start();
    let answer = edge.send(with_token(plain("GET /v1/sessions"))).await;
    let expected = json!({ "sessions": [{
        "id": SESSION,
        "current": true,
        "device": "小梅的手机",
        "issued_at": "2026-01-31T08:00:00Z",
        "last_used_at": "2026-01-31T08:20:00Z",
        "expires_at": "2026-01-31T08:50:00Z",
    }]});
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn one_session_is_ended_or_all_of_them() {
    let edge = Edge::start();
    for call in [
        format!("DELETE /v1/sessions/{SESSION}"),
        "DELETE /v1/sessions".to_owned(),
    ] {
        let answer = edge.send(with_token(plain(&call))).await;
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (StatusCode::NO_CONTENT, "")
        );
    }
    let one = format!("revoke_session {TOKEN}|{SESSION}");
    assert_eq!(edge.script.said(), [one, format!("revoke_user {TOKEN}")]);
}

#[tokio::test]
async fn opened_data_is_passed_on_to_the_byte() {
    let edge = Edge::start();
    let body = r#"{"encryptedData":"ZQ==","iv":"aQ==","rawData":"{\"a\":1}","signature":"5f"}"#;
    let answer = edge
        .send(with_token(with_body("POST /v1/open-data/decrypt", body)))
        .await;
    assert_eq!(answer.text, format!(r#"{{"data":{OPENED}}}"#));
    let said = r#"decrypt ZQ==|aQ==|Some("{\"a\":1}")|Some("5f")"#;
    assert_eq!(edge.script.said(), [said]);
}

#[tokio::test]
async fn a_phone_number_comes_by_code_or_by_data() {
    let edge = Edge::start();
    for (body, said, verified) in [
        (r#"{"code":"c-3"}"#, "phone_number c-3", true),
        (
            r#"{"encryptedData":"ZQ==","iv":"aQ=="}"#,
            "phone_number ZQ==|aQ==",
            false,
        ),
    ] {
        let request = with_token(with_body("POST /v1/phone-number", body));
        let answer = edge.send(request).await;
        let expected = json!({
            "phoneNumber": format!("+852{PHONE}"),
            "purePhoneNumber": PHONE,
            "countryCode": "852",
            "verified": verified,
        });
        assert_eq!(answer.json(), expected);
        assert_eq!(edge.script.said().pop().as_deref(), Some(said));
    }
}

#[tokio::test]
async fn a_phone_number_needs_a_code_or_data_not_both_nor_half() {
    let edge = Edge::start();
    for body in [
        "{}",
        r#"{"encryptedData":"ZQ=="}"#,
        r#"{"iv":"aQ=="}"#,
        r#"{"code":"c","iv":"aQ=="}"#,
        r#"{"code":"c","encryptedData":"ZQ==","iv":"aQ=="}"#,
    ] {
        let request = with_token(with_body("POST /v1/phone-number", body));
        let answer = edge.send(request).await;
        assert_eq!(
            answer.refusal(),
            (400, "invalid_request".to_owned()),
            "{body}"
        );
    }
    assert!(edge.script.said().is_empty());
}

#[tokio::test]
async fn a_profile_change_says_only_what_changes() {
    let edge = Edge::start();
    let request = with_token(with_body("PUT /v1/user/profile", r#"{"nickname":"梅"}"#));
    let answer = edge.send(request).await;
    assert_eq!(answer.json()["user"]["id"], "user-1");
    assert_eq!(edge.script.said(), [r#"profile Some("梅")|None"#]);
}

#[tokio::test]
async fn an_erased_user_is_answered_with_nothing() {
    let edge = Edge::start();
    let answer = edge.send(with_token(plain("DELETE /v1/user"))).await;
    let told = (answer.status, answer.text.as_str());
    assert_eq!(told, (StatusCode::NO_CONTENT, ""));
    assert_eq!(edge.script.said(), [format!("erase_user {TOKEN}")]);
}

#[tokio::test]
async fn whether_a_profile_is_required_is_session_services_to_say() {
    for required in [false, true] {
        let edge = Edge::start();
        edge.script.require_profile(required);
        for request in [
            with_body("POST /v1/login", r#"{"code":"c"}"#),
            with_token(plain("GET /v1/session")),
            with_token(with_body("PUT /v1/user/profile", r#"{"nickname":"n"}"#)),
        ] {
            let user = edge.send(request).await.json()["user"].take();
            assert_eq!(user["profile_required"], required, "{user}");
        }
    }
}

#[tokio::test]
async fn no_answer_to_a_mini_program_names_an_openid() {
    let edge = Edge::start();
    for request in every_operation() {
        let answer = edge.send(request).await;
        assert!(answer.status.is_success(), "{}", answer.text);
        let headers = format!("{:?}", answer.headers);
        for told in [answer.text, headers] {
            for internal in [OPENID, "uScript", "former", "blocked"] {
                assert!(!told.contains(internal), "{told}");
            }
        }
    }
}

#[tokio::test]
async fn every_call_carries_a_deadline() {
    let edge = Edge::start();
    for request in every_operation() {
        edge.send(request).await;
    }
    for call in edge.script.calls() {
        assert!(call.metadata.contains_key("grpc-timeout"), "{}", call.said);
    }
}
