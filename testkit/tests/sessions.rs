//! A user's several sessions, from the mini-program's side.
use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{Stage, story};

async fn listed(stage: &Stage, token: &str) -> Vec<Value> {
    let answer = stage
        .phone
        .call("GET", "/v1/sessions", Some(token), None)
        .await
        .expect(200);
    answer.body["sessions"].as_array().expect("a list").clone()
}

async fn end(stage: &Stage, token: &str, path: &str) -> u16 {
    stage
        .phone
        .call("DELETE", path, Some(token), None)
        .await
        .status
}

#[tokio::test]
async fn a_user_sees_their_sessions_and_ends_one() {
    story(async {
        let stage = Stage::on_redis().await;
        let code = stage.wechat.login_code("oMei").await;
        let body = json!({ "code": code, "device": "old phone" });
        let old = stage
            .phone
            .call("POST", "/v1/login", None, Some(body))
            .await
            .expect(200)
            .token();
        stage.wait(Duration::from_mins(1));
        let new = stage.log_in("oMei").await;
        let list = listed(&stage, &new).await;
        assert_eq!(list.len(), 2);
        assert_eq!(
            (&list[0]["device"], &list[0]["current"]),
            (&json!("old phone"), &json!(false))
        );
        assert_eq!(list[1]["current"], true);

        let path = format!("/v1/sessions/{}", list[0]["id"].as_str().expect("an id"));
        assert_eq!(end(&stage, &new, &path).await, 204);
        assert_eq!(
            stage.phone.session(&old).await.problem(),
            (401, "session_revoked")
        );
        stage.phone.session(&new).await.expect(200);
        assert_eq!(listed(&stage, &new).await.len(), 1);
        assert_eq!(
            end(&stage, &new, &path).await,
            404,
            "it is no session of theirs any more"
        );
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn a_foreign_session_cannot_be_ended() {
    story(async {
        let stage = Stage::start().await;
        let (mei, li) = (stage.log_in("oMei").await, stage.log_in("oLi").await);
        let id = listed(&stage, &li).await[0]["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        for id in [id.as_str(), "0", "..", "%00", &"f".repeat(32)] {
            assert_eq!(
                end(&stage, &mei, &format!("/v1/sessions/{id}")).await,
                404,
                "{id}"
            );
        }
        stage.phone.session(&li).await.expect(200);
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn logging_out_everywhere_spares_nobody_but_the_next_login() {
    story(async {
        let stage = Stage::on_redis().await;
        let mut tokens = Vec::new();
        for _ in 0..5 {
            tokens.push(stage.log_in("oMei").await);
        }
        let other = stage.log_in("oLi").await;
        assert_eq!(end(&stage, &tokens[0], "/v1/sessions").await, 204);
        for token in &tokens {
            assert_eq!(
                stage.phone.session(token).await.problem(),
                (401, "session_revoked")
            );
            assert_eq!(stage.phone.refresh(token).await.status, 401);
        }
        stage.phone.session(&other).await.expect(200);
        let next = stage.log_in("oMei").await;
        stage.phone.session(&next).await.expect(200);
        stage.end().await;
    })
    .await;
}

/// What a store that lost a write gives back, no row lets pass.
#[tokio::test]
async fn logging_out_everywhere_outlives_a_restored_store() {
    story(async {
        let stage = Stage::on_redis().await;
        let token = stage.log_in("oMei").await;
        let kept = stage.system.records.dump().await.expect("it runs");
        assert_eq!(end(&stage, &token, "/v1/sessions").await, 204);
        stage.restore(kept).await;
        assert_eq!(
            stage.phone.session(&token).await.problem(),
            (401, "session_revoked")
        );
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn fifty_parallel_logins_leave_ten_sessions() {
    story(async {
        let stage = Stage::on_redis().await;
        let tokens = join_all((0..50).map(|_| stage.log_in_among_many("oMei"))).await;
        let answers = join_all(tokens.iter().map(|token| stage.phone.session(token))).await;
        let alive: Vec<_> = tokens
            .iter()
            .zip(&answers)
            .filter(|(_, answer)| answer.status == 200)
            .collect();
        assert_eq!(alive.len(), 10);
        assert_eq!(listed(&stage, alive[0].0).await.len(), 10);
        let kept = stage.system.records.dump().await.expect("it runs");
        let records = kept.iter().filter(|(key, _)| key.contains(":s:")).count();
        assert_eq!(records, 10, "no record is left behind");
        stage.end().await;
    })
    .await;
}
