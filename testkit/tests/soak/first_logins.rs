//! A person's first logins, a hundred at once.
use std::collections::HashSet;

use futures::future::join_all;
use session_service::config::DatabaseSettings;
use testkit::{PostgresServer, Stage, found};

const AT_ONCE: usize = 100;

/// Logs one new person in, a hundred times at once; how many were told to come again.
async fn meet(stage: &Stage, openid: &str) -> usize {
    let mut codes = Vec::new();
    for _ in 0..AT_ONCE {
        codes.push(stage.wechat.login_code(openid).await);
    }
    let answers = join_all(codes.iter().map(|code| stage.phone.login(code))).await;
    let (given, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|a| a.status == 200);
    for answer in &refused {
        assert_eq!(answer.status, 503, "{}", answer.text);
    }
    let new = |answer: &&testkit::Answer| answer.body["user"]["is_new"] == true;
    assert_eq!(given.iter().filter(new).count(), 1, "registered once");
    let ids = given
        .iter()
        .map(|answer| answer.body["user"]["id"].to_string());
    assert_eq!(ids.collect::<HashSet<_>>().len(), 1, "one id");
    refused.len()
}

async fn rounds(stage: Stage, rounds: usize, database: &str) {
    let mut refused = 0;
    for round in 0..rounds {
        refused += meet(&stage, &format!("oRound{round:04}")).await;
    }
    stage.end().await;
    found(
        "DUR-02",
        &format!("{AT_ONCE} first logins of one openid at once, {database}"),
        &format!("{rounds} rounds, one account each; {refused} logins answered 503"),
    );
}

#[tokio::test]
async fn one_account_in_1000_rounds_on_sqlite() {
    Box::pin(rounds(Stage::start().await, 1000, "SQLite")).await;
}

#[tokio::test]
async fn one_account_in_200_rounds_on_postgres() {
    let server = PostgresServer::start().await;
    let url = server.database().await;
    let on_it = |plan: &mut wxgate::Plan| plan.session.database = DatabaseSettings::at(&url);
    Box::pin(rounds(Stage::with(on_it).await, 200, "PostgreSQL")).await;
}
