//! DEP-07: a master that is cut off from everybody but us, and takes our writes; eight seconds later
//! they are forgotten. No logout is among them.
mod island;

use std::time::{Duration, Instant};

use serde_json::Value;
use session_service::config::{RedisConfig, RedisTopology};
use testkit::{Stage, found, long_story};

use self::island::Island;

/// How long the two sides do not hear of each other.
const CUT: Duration = Duration::from_secs(8);
const USERS: usize = 40;
/// Of them, so many log out while the master is cut off; as many more log out everywhere.
const LEAVING: usize = 10;

fn config(island: &Island) -> RedisConfig {
    RedisConfig {
        topology: RedisTopology::Sentinel,
        master: Some(Island::MASTER_NAME.to_owned()),
        ..RedisConfig::at(&island.sentinels())
    }
}

/// What was acknowledged while the master was cut off, and what was refused.
#[derive(Default)]
struct Meanwhile {
    logins: Vec<String>,
    refused_logins: usize,
    refreshed: Vec<String>,
    refused_refreshes: usize,
    refused_logouts: usize,
}

async fn live_on(stage: &Stage, tokens: &[String], began: Instant) -> Meanwhile {
    let mut meanwhile = Meanwhile::default();
    for (n, token) in tokens.iter().enumerate().take(2 * LEAVING) {
        let path = if n < LEAVING {
            "/v1/session"
        } else {
            "/v1/sessions"
        };
        let left = stage.phone.call("DELETE", path, Some(token), None).await;
        if left.status != 204 {
            meanwhile.refused_logouts += 1;
        }
    }
    let mut stays = tokens[2 * LEAVING..].iter();
    while began.elapsed() < CUT {
        let openid = format!("oNew{}", meanwhile.logins.len() + meanwhile.refused_logins);
        let code = stage.wechat.login_code(&openid).await;
        let login = stage.phone.login(&code).await;
        match login.status {
            200 => meanwhile.logins.push(login.token()),
            _ => meanwhile.refused_logins += 1,
        }
        assert!([200, 503].contains(&login.status), "{}", login.text);
        if let Some(token) = stays.next() {
            let refreshed = stage.phone.refresh(token).await;
            match refreshed.status {
                200 => meanwhile.refreshed.push(refreshed.token()),
                _ => meanwhile.refused_refreshes += 1,
            }
            assert!([200, 503].contains(&refreshed.status), "{}", refreshed.text);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    meanwhile
}

async fn registered(stage: &Stage, openid: &str) -> Value {
    let code = stage.wechat.login_code(openid).await;
    let login = stage.phone.login(&code).await.expect(200);
    login.body["user"]["id"].clone()
}

/// Who is accepted, of these tokens; nobody hears anything but yes, or that it is over.
async fn accepted(stage: &Stage, tokens: &[String]) -> usize {
    let mut accepted = 0;
    for token in tokens {
        let answer = stage.phone.session(token).await;
        assert!([200, 401].contains(&answer.status), "{}", answer.text);
        accepted += usize::from(answer.status == 200);
    }
    accepted
}

async fn split(options: &[&str]) -> String {
    let island = Island::start(options).await;
    let stage = Stage::with(|plan| plan.session.redis = Some(config(&island))).await;
    let mut tokens = Vec::new();
    for n in 0..USERS {
        tokens.push(stage.log_in(&format!("oMei{n}")).await);
        stage.phone.session(&tokens[n]).await.expect(200);
    }
    let ids = [
        registered(&stage, "oMei0").await,
        registered(&stage, "oMei39").await,
    ];
    // A second later refreshing makes a step.
    stage.wait(Duration::from_mins(1));
    island.until_copied().await;

    island.cut();
    let meanwhile = live_on(&stage, &tokens, Instant::now()).await;
    island.heal().await;
    let healed = Instant::now();
    while stage.phone.session(&tokens[USERS - 1]).await.status == 503 {
        assert!(healed.elapsed() < Duration::from_secs(10), "it is back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    assert_eq!(meanwhile.refused_logouts, 0, "logout needs no Redis");
    for token in &tokens[..2 * LEAVING] {
        let refused = stage.phone.session(token).await;
        assert_eq!(refused.problem(), (401, "session_revoked"));
        let refused = stage.phone.refresh(token).await;
        assert_eq!(refused.problem(), (401, "session_revoked"));
    }
    let again = [
        registered(&stage, "oMei0").await,
        registered(&stage, "oMei39").await,
    ];
    assert_eq!(again, ids, "a registration is kept");
    let refreshed = accepted(&stage, &meanwhile.refreshed).await;
    assert_eq!(
        refreshed,
        meanwhile.refreshed.len(),
        "a token ahead of its record steps it up"
    );
    let logins = accepted(&stage, &meanwhile.logins).await;
    let figure = format!(
        "{} of {} logouts acknowledged, all stand; {refreshed} sessions refreshed ({} refused with 503), all live; \
         {} logins acknowledged, {} of their sessions lost ({} logins refused with 503); registrations kept",
        2 * LEAVING,
        2 * LEAVING,
        meanwhile.refused_refreshes,
        meanwhile.logins.len(),
        meanwhile.logins.len() - logins,
        meanwhile.refused_logins,
    );
    stage.end().await;
    figure
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledged_logout_survives_a_split_brain() {
    long_story(async {
        let figure = Box::pin(split(&[])).await;
        found(
            "DEP-07",
            "master cut off for 8 s, Sentinel names another",
            &figure,
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_without_replicas_stops_to_take_what_it_would_lose() {
    long_story(async {
        let options = [
            "--min-replicas-to-write",
            "1",
            "--min-replicas-max-lag",
            "1",
        ];
        let figure = Box::pin(split(&options)).await;
        found(
            "DEP-07",
            "the same with min-replicas-to-write 1, max-lag 1",
            &figure,
        );
    })
    .await;
}
