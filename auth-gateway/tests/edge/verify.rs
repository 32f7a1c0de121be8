//! What a proxy hears when it asks who is calling.
use http::HeaderMap;
use service_kit::RemoteError;
use wx_proto::{common::v1::ErrorReason, session::v1::Identity};

use super::{
    script::{OPENID, TOKEN, identity},
    support::{Edge, plain, with_body, with_token},
};

/// Names that WeChat Cloud Run or a client of it sends, and ours.
const NAMES: [&str; 15] = [
    "X-WX-OPENID",
    "X-WX-APPID",
    "X-WX-UNIONID",
    "X-WX-FROM-OPENID",
    "X-WX-FROM-APPID",
    "X-WX-FROM-UNIONID",
    "X-WX-ENV",
    "X-WX-SOURCE",
    "X-WX-CLOUDBASE-ACCESS-TOKEN",
    "X-WX-FROM-CLOUDBASE-ACCESS-TOKEN",
    "X-WX-SERVICE",
    "X-WX-REGION",
    "X-WX-GATEWAY-ID",
    "X-WX-EXCLUDE-CREDENTIALS",
    "X-WX-USER-ID",
];

/// The identity headers, those with a value, each seen once; panics when one is missing.
fn told(headers: &HeaderMap) -> Vec<(&'static str, String)> {
    let sent = headers
        .keys()
        .filter(|name| name.as_str().starts_with("x-wx-"));
    assert_eq!(sent.count(), NAMES.len());
    let each = NAMES.iter().map(|name| {
        let values: Vec<_> = headers.get_all(*name).iter().collect();
        assert_eq!(values.len(), 1, "{name}");
        (*name, values[0].to_str().unwrap().to_owned())
    });
    each.filter(|(_, value)| !value.is_empty()).collect()
}

#[tokio::test]
async fn a_live_session_names_its_user_and_empties_the_rest() {
    let edge = Edge::start();
    let answer = edge.ask_inside(with_token(plain("GET /verify"))).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
    let expected = [
        ("X-WX-OPENID", OPENID),
        ("X-WX-APPID", "wxscript"),
        ("X-WX-UNIONID", "uScript"),
        ("X-WX-USER-ID", "user-1"),
    ];
    assert_eq!(
        told(&answer.headers),
        expected.map(|(name, value)| (name, value.to_owned()))
    );
    assert_eq!(
        edge.script.said(),
        [format!("verify {TOKEN}")],
        "one question is enough"
    );
}

#[tokio::test]
async fn a_user_without_unionid_has_an_empty_one() {
    let edge = Edge::start();
    edge.script.identify(Identity {
        unionid: String::new(),
        ..identity()
    });
    let answer = edge.ask_inside(with_token(plain("GET /verify"))).await;
    let names: Vec<_> = told(&answer.headers)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["X-WX-OPENID", "X-WX-APPID", "X-WX-USER-ID"]);
}

#[tokio::test]
async fn any_method_may_ask_and_bodies_are_ignored() {
    let edge = Edge::start();
    for method in [
        "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PURGE",
    ] {
        let mut request = with_token(with_body(&format!("{method} /verify"), "not JSON"));
        let headers = request.headers_mut();
        headers.insert("content-encoding", "gzip".parse().unwrap());
        headers.insert("content-length", "99999999".parse().unwrap());
        assert_eq!(edge.ask_inside(request).await.status, 200, "{method}");
    }
}

#[tokio::test]
async fn a_proxy_hears_nothing_but_200_401_and_503() {
    let reasons = (1..).map_while(|number| ErrorReason::try_from(number).ok());
    for reason in reasons {
        let edge = Edge::start();
        let message = "what the service said".to_owned();
        let retry_after = None;
        edge.script.refuse(
            "verify",
            RemoteError {
                reason,
                message,
                retry_after,
                answered: true,
            },
        );
        let answer = edge.ask_inside(with_token(plain("GET /verify"))).await;
        let expected = match reason {
            ErrorReason::LoginCodeRejected
            | ErrorReason::SessionInvalid
            | ErrorReason::SessionExpired
            | ErrorReason::SessionRevoked
            | ErrorReason::UserBlocked => 401,
            _ => 503,
        };
        assert_eq!(answer.status, expected, "{reason:?}");
        assert_eq!(told(&answer.headers), []);
    }
}

#[tokio::test]
async fn without_a_token_nobody_is_asked() {
    let edge = Edge::start();
    let answer = edge.ask_inside(plain("GET /verify")).await;
    assert_eq!(answer.refusal(), (401, "session_invalid".to_owned()));
    assert_eq!(told(&answer.headers), []);
    assert!(edge.script.said().is_empty());
}

#[tokio::test]
async fn an_absent_service_is_503_and_names_nobody() {
    let edge = Edge::start();
    edge.behind.lifecycle.stop().await;
    let answer = edge.ask_inside(with_token(plain("GET /verify"))).await;
    assert_eq!(answer.refusal(), (503, "store_unavailable".to_owned()));
    assert_eq!(told(&answer.headers), []);
}

#[tokio::test]
async fn an_identity_that_is_no_header_names_nobody() {
    let edge = Edge::start();
    edge.script.identify(Identity {
        user_id: "user\r\nx-evil: 1".to_owned(),
        ..identity()
    });
    let answer = edge.ask_inside(with_token(plain("GET /verify"))).await;
    assert_eq!(answer.status, 503);
    assert_eq!(told(&answer.headers), []);
}

#[tokio::test]
async fn an_answer_without_an_openid_names_nobody() {
    let edge = Edge::start();
    edge.script.identify(Identity {
        openid: String::new(),
        ..identity()
    });
    let answer = edge.ask_inside(with_token(plain("GET /verify"))).await;
    assert_eq!(answer.status, 503);
    assert_eq!(told(&answer.headers), []);
}

#[tokio::test]
async fn the_internal_port_serves_verify_alone() {
    let edge = Edge::start();
    for call in [
        "GET /",
        "POST /v1/login",
        "GET /v1/session",
        "GET /docs/",
        "GET /openapi.json",
    ] {
        assert_eq!(
            edge.ask_inside(plain(call)).await.refusal().0,
            404,
            "{call}"
        );
    }
}
