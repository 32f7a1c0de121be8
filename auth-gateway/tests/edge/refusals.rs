//! What session-service refuses, as the mini-program hears it.
use std::time::Duration;

use http::StatusCode;
use service_kit::{RemoteError, code_of, http_status};
use wx_proto::common::v1::ErrorReason;

use super::support::{Edge, every_operation, plain, with_body, with_token};

fn refusal(reason: ErrorReason) -> RemoteError {
    RemoteError {
        reason,
        message: "what the service said".to_owned(),
        retry_after: None,
        answered: true,
    }
}

fn reasons() -> impl Iterator<Item = ErrorReason> {
    (1..).map_while(|number| ErrorReason::try_from(number).ok())
}

const METHODS: [&str; 12] = [
    "list_sessions",
    "revoke_session",
    "revoke_user",
    "erase_user",
    "login",
    "verify",
    "refresh",
    "logout",
    "decrypt",
    "phone_number",
    "user",
    "profile",
];

#[tokio::test]
async fn every_reason_keeps_its_code_and_status() {
    for reason in reasons() {
        let edge = Edge::start();
        edge.script.refuse("refresh", refusal(reason));
        let answer = edge
            .send(with_token(plain("POST /v1/session/refresh")))
            .await;
        let expected = (http_status(reason).as_u16(), code_of(reason));
        assert_eq!(answer.refusal(), expected);
    }
}

#[tokio::test]
async fn our_own_faults_keep_their_details_inside() {
    for reason in reasons() {
        let edge = Edge::start();
        edge.script.refuse("login", refusal(reason));
        let answer = edge
            .send(with_body("POST /v1/login", r#"{"code":"c"}"#))
            .await;
        let told = answer.text.contains("what the service said");
        let may_tell = answer.status.is_client_error() && reason != ErrorReason::SessionInvalid;
        assert_eq!(told, may_tell, "{reason:?}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_retry_hint_travels_and_a_missing_one_is_made_up() {
    let edge = Edge::start();
    let hinted = RemoteError {
        retry_after: Some(Duration::from_secs(42)),
        ..refusal(ErrorReason::RateLimited)
    };
    edge.script.refuse("refresh", hinted);
    edge.script
        .refuse("logout", refusal(ErrorReason::StoreUnavailable));
    let limited = edge
        .send(with_token(plain("POST /v1/session/refresh")))
        .await;
    assert_eq!(limited.header("retry-after"), "42");
    let away = edge.send(with_token(plain("DELETE /v1/session"))).await;
    let wait: u32 = away.header("retry-after").parse().unwrap();
    assert!((1..=3).contains(&wait), "{wait}");
}

#[tokio::test]
async fn a_dead_store_never_ends_a_session() {
    let edge = Edge::start();
    for method in METHODS {
        edge.script
            .refuse(method, refusal(ErrorReason::StoreUnavailable));
    }
    for request in every_operation() {
        let answer = edge.send(request).await;
        assert_eq!(answer.refusal(), (503, "store_unavailable".to_owned()));
    }
}

#[tokio::test]
async fn a_service_that_went_away_is_503_for_every_operation() {
    let edge = Edge::start();
    let alive = edge.send(with_token(plain("GET /v1/session"))).await;
    assert_eq!(alive.status, StatusCode::OK);
    edge.behind.lifecycle.stop().await;
    for request in every_operation() {
        let answer = edge.send(request).await;
        assert_eq!(answer.refusal(), (503, "store_unavailable".to_owned()));
    }
}

#[tokio::test]
async fn whatever_is_no_token_gets_the_same_answer() {
    let edge = Edge::start();
    edge.script
        .refuse("verify", refusal(ErrorReason::SessionInvalid));
    let foreign = edge.send(with_token(plain("GET /v1/session"))).await;
    assert_eq!(foreign.refusal(), (401, "session_invalid".to_owned()));
    let long = format!("Bearer {}", "x".repeat(257));
    let odd = [
        "",
        "Bearer",
        "Bearer ",
        "Basic dTpw",
        "wxs_x",
        "Bearer a b",
        "Bearer a,b",
        "Bearerwxs_x",
        long.as_str(),
    ];
    for value in odd {
        let mut request = plain("GET /v1/session");
        request
            .headers_mut()
            .insert("authorization", value.parse().unwrap());
        let answer = edge.send(request).await;
        assert_eq!(answer.text, foreign.text, "{value}");
    }
    let none = edge.send(plain("GET /v1/session")).await;
    assert_eq!(none.text, foreign.text);
    assert_eq!(
        edge.script.said().len(),
        1,
        "only the whole one was asked about"
    );
}

#[tokio::test]
async fn two_tokens_are_none() {
    let edge = Edge::start();
    let mut request = with_token(plain("GET /v1/session"));
    request
        .headers_mut()
        .append("authorization", "Bearer other".parse().unwrap());
    assert_eq!(edge.send(request).await.refusal().0, 401);
    assert!(edge.script.said().is_empty());
}

#[tokio::test]
async fn the_scheme_may_be_spelt_in_any_case() {
    let edge = Edge::start();
    for scheme in ["bearer", "BEARER", "bEaReR "] {
        let mut request = plain("GET /v1/session");
        let value = format!("{scheme} wxs_t").parse().unwrap();
        request.headers_mut().insert("authorization", value);
        assert_eq!(edge.send(request).await.status, StatusCode::OK, "{scheme}");
    }
}

#[tokio::test]
async fn a_user_who_is_gone_has_no_session() {
    let edge = Edge::start();
    edge.script.refuse("user", refusal(ErrorReason::NotFound));
    let answer = edge.send(with_token(plain("GET /v1/session"))).await;
    assert_eq!(answer.refusal(), (401, "session_revoked".to_owned()));
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems_too() {
    let edge = Edge::start();
    for call in [
        "GET /",
        "GET /v1/sessionx",
        "POST /verify",
        "GET /v1/login/",
    ] {
        let answer = edge.send(plain(call)).await;
        assert_eq!(answer.refusal(), (404, "not_found".to_owned()), "{call}");
    }
    let answer = edge.send(plain("PATCH /v1/session")).await;
    assert_eq!(answer.refusal(), (405, "method_not_allowed".to_owned()));
    for method in ["GET", "DELETE"] {
        assert!(
            answer.header("allow").contains(method),
            "{}",
            answer.header("allow")
        );
    }
}
