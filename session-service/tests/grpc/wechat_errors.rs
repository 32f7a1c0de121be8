//! What WeChat says, and what we make of it.
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{assert_in_time, timed};
use wx_proto::common::v1::ErrorReason;

use crate::{
    bounded,
    edge::{Refused, reason, refusal},
    system::{Store, System},
};

/// A login whose exchange is spoilt by `fault`; the next one is fine again.
async fn spoilt(system: &System, fault: Value) -> Refused {
    let openid = system.newcomer().await;
    let code = system.wechat.code(&openid).await;
    system.wechat.spoil(fault).await;
    let refused = refusal(system.login(&code).await);
    assert_eq!(system.kept_of_sessions().await, [], "a session came of it");
    refused
}

#[tokio::test(flavor = "multi_thread")]
async fn each_errcode_has_its_reason() {
    bounded(async {
        let system = System::start(Store::Memory).await;
        let table = [
            (40029, ErrorReason::LoginCodeRejected, None),
            (40163, ErrorReason::LoginCodeRejected, None),
            (
                45011,
                ErrorReason::RateLimited,
                Some(Duration::from_mins(1)),
            ),
            (40226, ErrorReason::UserBlocked, None),
            (-1, ErrorReason::WechatUnavailable, None),
            (40013, ErrorReason::WechatMisconfigured, None),
            (40125, ErrorReason::WechatMisconfigured, None),
            (99999, ErrorReason::WechatBadAnswer, None),
        ];
        for (errcode, reason, retry_after) in table {
            let refused = spoilt(&system, json!({ "errcode": errcode })).await;
            let expected = Refused {
                reason,
                retry_after,
            };
            assert_eq!(refused, expected, "errcode {errcode}");
        }
        system.token().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_is_a_bad_answer() {
    bounded(async {
        let system = System::start(Store::Memory).await;
        let kinds = [
            "html",
            "empty",
            "truncated",
            "not_json",
            "not_utf8",
            "wrong_types",
            "short_key",
            "no_key",
            "no_openid",
            "huge",
        ];
        for kind in kinds {
            let refused = spoilt(&system, json!({ "garbage": kind })).await;
            assert_eq!(refused.reason, ErrorReason::WechatBadAnswer, "{kind}");
        }
        system.token().await;
    })
    .await;
}

/// Refusals of WeChat's come with 200: any other status is a gateway's in front of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_failing_gateway_is_an_unavailable_wechat() {
    bounded(async {
        let system = System::start(Store::Memory).await;
        for status in [429, 500, 502, 503] {
            let refused = spoilt(&system, json!({ "status": status })).await;
            assert_eq!(refused.reason, ErrorReason::WechatUnavailable, "{status}");
        }
        let refused = spoilt(&system, json!({ "status": 404 })).await;
        assert_eq!(refused.reason, ErrorReason::WechatBadAnswer);
        system.token().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wechat_that_breaks_off_is_unavailable() {
    bounded(async {
        let system = System::start(Store::Memory).await;
        for moment in ["before", "after"] {
            let refused = spoilt(&system, json!({ "reset": moment })).await;
            assert_eq!(refused.reason, ErrorReason::WechatUnavailable, "{moment}");
        }
        system.token().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_wechat_costs_one_timeout() {
    bounded(timed(async || {
        let short = Duration::from_millis(300);
        let system = System::with(Store::Memory, |config| config.wechat.timeout = short).await;
        let asked = Instant::now();
        let refused = spoilt(&system, json!({ "hang": true })).await;
        let waited = asked.elapsed();
        assert_eq!(refused.reason, ErrorReason::WechatUnavailable);
        assert!(waited >= short, "{waited:?}");
        assert_in_time(waited < short * 5, &waited);
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_whom_wechat_blocks_stays_out() {
    bounded(async {
        let system = System::start(Store::Memory).await;
        let openid = system.newcomer().await;
        system
            .wechat
            .put_user(&openid, json!({ "blocked": true }))
            .await;
        let code = system.wechat.code(&openid).await;
        assert_eq!(reason(system.login(&code).await), ErrorReason::UserBlocked);
        let outcome = r#"logins_total{outcome="user_blocked"}"#;
        assert_eq!(system.count(outcome), 1);
    })
    .await;
}
