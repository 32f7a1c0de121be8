//! crypto-service hangs or is gone while people use their sessions.
use std::time::{Duration, Instant};

use futures::future::join_all;
use testkit::{Fleet, found};

const CALLS: usize = 500;
const LOGINS: usize = 50;
/// A login says within this that it cannot be: a health check's deadline, and some.
const BUDGET: Duration = Duration::from_millis(1500);
/// What a busy machine may add.
const NOISE: Duration = Duration::from_millis(20);

/// The time that all but one in a hundred calls take at most.
async fn slow_call(fleet: &Fleet, token: &mut String) -> Duration {
    let mut took = Vec::new();
    for number in 0..CALLS {
        let asked = Instant::now();
        if number % 50 == 0 {
            *token = fleet.phone.refresh(token).await.expect(200).token();
        } else {
            fleet.phone.session(token).await.expect(200);
        }
        took.push(asked.elapsed());
    }
    took.sort();
    took[CALLS * 99 / 100]
}

/// Logins at once; all are refused in time, and none asks WeChat. The slowest one.
async fn refused(fleet: &Fleet, count: usize) -> Duration {
    let mut codes = Vec::new();
    for _ in 0..count {
        codes.push(fleet.wechat.login_code("oLi").await);
    }
    let login = async |code: &String| {
        let asked = Instant::now();
        let answer = fleet.phone.login(code).await;
        assert_eq!(answer.status, 503, "{}", answer.text);
        asked.elapsed()
    };
    let took = join_all(codes.iter().map(login)).await;
    for code in &codes {
        assert_eq!(fleet.wechat.asked_about(code).await, 0);
    }
    took.into_iter().max().expect("one at least")
}

/// How long it takes until a login works again.
async fn healed(fleet: &Fleet) -> Duration {
    let began = Instant::now();
    loop {
        let code = fleet.wechat.login_code("oLi").await;
        if fleet.phone.login(&code).await.status == 200 {
            return began.elapsed();
        }
        assert!(began.elapsed() < Duration::from_secs(5), "it does not heal");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn crypto_service_stopped_and_killed() {
    let mut fleet = Fleet::start("").await;
    let mut token = fleet.log_in("oMei").await;
    slow_call(&fleet, &mut token).await;
    let calm = slow_call(&fleet, &mut token).await;
    for (how, hung) in [("stopped (SIGSTOP)", true), ("killed", false)] {
        let ended = fleet.log_in("oMei").await;
        if hung {
            fleet.crypto.pause().await;
        } else {
            fleet.crypto.kill();
        }
        let meanwhile = slow_call(&fleet, &mut token).await;
        fleet.phone.logout(&ended).await.expect(204);
        let mut slowest = Duration::ZERO;
        for at_once in [1, LOGINS, 4 * LOGINS] {
            slowest = slowest.max(refused(&fleet, at_once).await);
        }
        let crowded = slow_call(&fleet, &mut token).await;
        if hung {
            fleet.crypto.resume();
        } else {
            fleet.restart_crypto().await;
        }
        let after = healed(&fleet).await;
        assert!(meanwhile < calm * 2 + NOISE, "{meanwhile:?} after {calm:?}");
        assert!(crowded < calm * 2 + NOISE, "{crowded:?} after {calm:?}");
        assert!(slowest < BUDGET, "{slowest:?}");
        let millis = [calm, meanwhile, slowest, after].map(|time| time.as_millis());
        found(
            "DEP-10",
            &format!("crypto-service {how}"),
            &format!(
                "verify and refresh p99 {} ms before, {} ms meanwhile; up to {} logins at once answered 503 within {} ms, 0 codes spent; logins work {} ms later",
                millis[0],
                millis[1],
                4 * LOGINS,
                millis[2],
                millis[3]
            ),
        );
    }
    fleet.end().await;
}
