//! Programs and servers that are killed while people log in and out.
use std::time::{Duration, Instant};

use testkit::{Fleet, Journal, Load, PostgresServer, found};

use crate::chance;

const KILLS: usize = 500;
const SERVER_KILLS: usize = 50;
const PEOPLE: usize = 8;
/// A service that has not healed after this long will not by itself.
const PATIENCE: Duration = Duration::from_secs(20);

/// Lets people come and go for a while that nobody could foresee.
async fn for_a_while(load: &mut Load) {
    load.acknowledged(1 + usize::try_from(chance::below(40)).expect("small"))
        .await;
    tokio::time::sleep(Duration::from_micros(chance::below(20_000))).await;
}

#[tokio::test]
async fn kill_9_of_session_service_500_times() {
    let mut fleet = Fleet::start("").await;
    let (mut acknowledged, mut at_the_start) = (0, 0);
    for round in 0..KILLS {
        let mut load = Load::start(&fleet.phone, &fleet.wechat, &format!("K{round}"), PEOPLE);
        for_a_while(&mut load).await;
        fleet.session.kill();
        let journal = load.until_it_fails().await;
        // Now and then it dies once more while it starts.
        if chance::below(4) == 0 {
            fleet.launch_session_under(&[]);
            tokio::time::sleep(Duration::from_micros(chance::below(100_000))).await;
            fleet.session.kill();
            at_the_start += 1;
        }
        fleet.restart_session().await;
        journal.holds(&fleet.phone, &fleet.wechat).await;
        acknowledged += journal.len();
    }
    fleet.end().await;
    found(
        "DUR-01",
        "session-service with SQLite killed (`kill -9`) at random points under logins and logouts",
        &format!(
            "{KILLS} kills and {at_the_start} more while it started; of {acknowledged} acknowledged logins and logouts 0 lost"
        ),
    );
}

/// Waits until a login works again.
async fn healed(fleet: &Fleet) -> Duration {
    let began = Instant::now();
    while fleet
        .phone
        .login(&fleet.wechat.login_code("oAgain").await)
        .await
        .status
        != 200
    {
        assert!(began.elapsed() < PATIENCE, "it does not heal");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    began.elapsed()
}

#[tokio::test]
async fn kill_9_and_immediate_shutdown_of_postgres_50_times() {
    let mut server = PostgresServer::start().await;
    let fleet = Fleet::on_database(&server.database().await).await;
    healed(&fleet).await;
    let (mut all, mut slowest) = (Journal::default(), Duration::ZERO);
    for round in 0..SERVER_KILLS {
        let mut load = Load::start(&fleet.phone, &fleet.wechat, &format!("P{round}"), PEOPLE);
        for_a_while(&mut load).await;
        if round % 2 == 0 {
            server.kill();
        } else {
            server.quit();
        }
        let journal = load.until_it_fails().await;
        server.revive().await;
        slowest = slowest.max(healed(&fleet).await);
        journal.holds(&fleet.phone, &fleet.wechat).await;
        all.extend(journal);
    }
    all.holds(&fleet.phone, &fleet.wechat).await;
    fleet.end().await;
    found(
        "DUR-01",
        "PostgreSQL killed (`kill -9`, `pg_ctl -m immediate` in turn) under logins and logouts",
        &format!(
            "{SERVER_KILLS} kills; of {} acknowledged logins and logouts 0 lost; logins work {} ms after the server at most",
            all.len(),
            slowest.as_millis()
        ),
    );
}
