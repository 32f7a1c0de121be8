//! What an operator sees of one request.
use std::collections::HashSet;

use testkit::{Collector, Fleet, Seen, story};

fn named<'a>(seen: &'a [Seen], service: &str, name: &str) -> &'a Seen {
    let found = seen
        .iter()
        .find(|span| span.service == service && span.name.contains(name));
    found.unwrap_or_else(|| panic!("{service} sent no span {name}: {seen:#?}"))
}

/// The three programs, and the collector that they send their spans to.
async fn watched() -> (Fleet, Collector) {
    let collector = Collector::start().await;
    let telemetry = format!("[telemetry]\notlp_endpoint = 'http://{}'", collector.at);
    (Fleet::start(&telemetry).await, collector)
}

#[tokio::test]
async fn one_login_is_one_trace_across_three_services() {
    story(async {
        let (fleet, collector) = watched().await;
        fleet.log_in("oMei").await;
        fleet.end().await;

        let seen = collector.seen();
        let root = named(&seen, "auth-gateway", "POST /v1/login");
        let login: Vec<Seen> = seen
            .iter()
            .filter(|span| span.trace == root.trace)
            .cloned()
            .collect();
        let services: HashSet<&str> = login.iter().map(|span| span.service.as_str()).collect();
        assert_eq!(services.len(), 3, "{services:?}");
        assert_eq!(
            root.parent,
            Vec::<u8>::new(),
            "a stranger's trace does not go on here"
        );
        let session = named(&login, "session-service", "SessionService/Login");
        let asked = named(&login, "auth-gateway", "SessionService/Login");
        assert_eq!((&asked.parent, &session.parent), (&root.id, &asked.id));
        let sealed = named(&login, "crypto-service", "SealSessionKey");
        let seal = named(&login, "session-service", "SealSessionKey");
        assert_eq!(sealed.parent, seal.id);
        named(&login, "session-service", "jscode2session");
    })
    .await;
}

#[tokio::test]
async fn a_problem_names_the_trace_it_happened_in() {
    story(async {
        let (fleet, collector) = watched().await;
        let problem = fleet.phone.session("wxs_nobody").await.expect(401);
        let trace = problem.body["trace_id"]
            .as_str()
            .expect("a trace id")
            .to_owned();
        fleet.end().await;
        let root = collector.seen();
        let root = named(&root, "auth-gateway", "GET /v1/session");
        assert_eq!(hex::encode(&root.trace), trace);
    })
    .await;
}
