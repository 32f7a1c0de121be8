//! What has begun when a user logs out everywhere, step by step.
use std::time::Duration;

use serde_json::json;
use session_service::config::RedisConfig;
use testkit::{RedisServer, Stage, Turnstile, story};

use super::{everywhere::whole, logout::all_ended};

const USER: &str = "oMei";

async fn log_out_everywhere(stage: &Stage, token: &str) {
    let path = "/v1/sessions";
    let ended = stage.phone.call("DELETE", path, Some(token), None).await;
    ended.expect(204);
}

/// A login that WeChat is still thinking about.
pub(crate) async fn a_login_that_has_begun_does_not_survive_it(stage: Stage) {
    let token = stage.log_in(USER).await;
    let slow = json!([{ "path": "/sns/jscode2session", "delay_ms": 1000, "times": 1 }]);
    stage.wechat.faults(slow).await;
    let code = stage.wechat.login_code(USER).await;
    let ends = async {
        stage.wechat.until_asked_about(&code).await;
        log_out_everywhere(&stage, &token).await;
    };
    let (begun, ()) = tokio::join!(stage.phone.login(&code), ends);
    assert_eq!(begun.problem(), (401, "login_code_rejected"));
    let next = stage.log_in(USER).await;
    stage.phone.session(&next).await.expect(200);
    stage.end().await;
}

/// The rows are written, the records are about to be deleted, and the user is back already.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_back_before_the_records_are_gone_keeps_everything() {
    story(Box::pin(async {
        let redis = RedisServer::start().await;
        let turnstile = Turnstile::before(redis.address()).await;
        let url = format!("redis://{}/", turnstile.at);
        let patient = RedisConfig {
            timeout: Duration::from_secs(20),
            ..RedisConfig::at(&url)
        };
        let stage = Stage::on(redis, |plan| plan.session.redis = Some(patient)).await;
        let token = stage.log_in(USER).await;
        // From here on only a change is a script: the token was used before.
        stage.phone.session(&token).await.expect(200);
        turnstile.hold(is_script);
        let back = async {
            turnstile.until_held().await;
            let back = stage.log_in(USER).await;
            turnstile.release();
            back
        };
        let (back, ()) = tokio::join!(back, log_out_everywhere(&stage, &token));
        all_ended(&stage.phone, [&token]).await;
        whole(&stage, USER, &back).await;
        stage.end().await;
    }))
    .await;
}

fn is_script(message: &[u8]) -> bool {
    message.windows(4).any(|word| word == b"EVAL")
}
