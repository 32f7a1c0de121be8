//! Two processes on one Redis and one PostgreSQL, which share one `access_token`.
use std::time::{Duration, Instant};

use serde_json::json;
use testkit::{Fleet, PostgresServer, Program, story};

use crate::tokens::{Service, one_for_all};

const TOKEN_PATH: &str = "/cgi-bin/stable_token";
/// How long one process may take to fetch a token: a question to WeChat, and two seconds.
const LEASE: Duration = Duration::from_secs(5);
/// How late a busy machine may notice.
const LATE: Duration = Duration::from_secs(2);

/// A fleet, and a second session-service.
struct Two {
    fleet: Fleet,
    second: Program,
    services: [Service; 2],
    _database: std::sync::Arc<PostgresServer>,
}

impl Two {
    async fn start() -> Self {
        let server = PostgresServer::shared().await;
        let fleet = Fleet::on_database(&server.database().await).await;
        let (second, there) = fleet.second_session().await;
        let services = [fleet.session_at(), there].map(Service::at);
        Self {
            fleet,
            second,
            services,
            _database: server,
        }
    }

    fn both(&self) -> [&Service; 2] {
        self.services.each_ref()
    }

    async fn asked(&self) -> usize {
        self.fleet.wechat.asked_at(TOKEN_PATH).await
    }

    async fn end(mut self) {
        assert!(self.second.terminate().await.success());
        self.fleet.end().await;
    }
}

/// WeChat gives a token that ends so soon that a test can wait for it.
async fn short_token(two: &Two) -> String {
    let body = r#"{"access_token":"90_which-ends-soon","expires_in":2}"#;
    let short = json!([{ "path": TOKEN_PATH, "body": body, "times": 1 }]);
    two.fleet.wechat.faults(short).await;
    let began = Instant::now();
    let token = two.services[0].token().await;
    tokio::time::sleep_until((began + Duration::from_millis(2100)).into()).await;
    token
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_callers_at_a_tokens_end_cost_one_question() {
    story(Box::pin(async {
        let two = Two::start().await;
        let first = one_for_all(two.both(), 200, "").await;
        assert_eq!(
            (two.asked().await, two.fleet.wechat.tokens_made().await),
            (1, 1)
        );

        // Killed at WeChat: replaced once, whoever complains, at whatever process.
        two.fleet.wechat.end_tokens(json!({})).await;
        let second = one_for_all(two.both(), 200, &first).await;
        assert_ne!(second, first);
        assert_eq!(two.asked().await, 2);
        two.end().await;
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_is_fetched_by_one_process() {
    story(Box::pin(async {
        let two = Two::start().await;
        let short = short_token(&two).await;
        let asked = two.asked().await;
        let next = one_for_all(two.both(), 200, "").await;
        assert_ne!(next, short);
        assert_eq!(two.asked().await, asked + 1);
        two.end().await;
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_holder_delays_the_next_token_by_its_lease_at_most() {
    story(Box::pin(async {
        let mut two = Two::start().await;
        let hang = json!([{ "path": TOKEN_PATH, "hang": true, "times": 1 }]);
        two.fleet.wechat.faults(hang).await;
        let address = two.fleet.session_at();
        let hasty = tokio::spawn(async move { Service::at(address).token_after("").await });
        two.fleet.wechat.until_asked_at(TOKEN_PATH, 1).await;
        let killed = Instant::now();
        two.fleet.session.kill();
        assert!(hasty.await.expect("it ends").is_err());

        let token = two.services[1].token().await;
        let waited = killed.elapsed();
        assert!(waited <= LEASE + LATE, "{waited:?}");
        assert_eq!(two.asked().await, 2);
        two.fleet.restart_session().await;
        assert_eq!(Service::at(address).token().await, token);
        two.end().await;
    }))
    .await;
}
