//! SES-02 and 03: what is stored goes, and a session ends even if it does not.
use std::time::Duration;

use deadpool_redis::redis::{self, AsyncCommands, aio::MultiplexedConnection};
use futures::future::join_all;
use serde_json::json;
use testkit::Stage;

const MINUTE: Duration = Duration::from_mins(1);

async fn connect(stage: &Stage) -> MultiplexedConnection {
    let redis = stage.redis.as_ref().expect("on redis");
    redis.connect().await.expect("it runs")
}

/// Takes every key's end away, as a careless superuser might.
async fn persist_everything(redis: &mut MultiplexedConnection) {
    for key in redis.keys::<_, Vec<String>>("*").await.expect("it runs") {
        let _: bool = redis.persist(&key).await.expect("it runs");
        let left: i64 = redis.pttl(&key).await.expect("it runs");
        assert_eq!(left, -1);
    }
}

/// Whatever Redis believes about its end, a session ends when its record says.
pub(crate) async fn a_session_without_an_end_in_redis_ends_all_the_same() {
    let stage = Stage::on_redis_with(|plan| {
        plan.session.session.absolute_ttl = Duration::from_mins(70);
    })
    .await;
    let mut redis = connect(&stage).await;
    let (idle, mut busy) = (stage.log_in("oIdle").await, stage.log_in("oBusy").await);
    persist_everything(&mut redis).await;
    for minute in 1..70 {
        stage.wait(MINUTE);
        let idle = stage.phone.session(&idle).await;
        assert_eq!(idle.status, if minute < 30 { 200 } else { 401 }, "{minute}");
        if minute % 20 == 0 {
            busy = stage.phone.refresh(&busy).await.expect(200).token();
        }
        persist_everything(&mut redis).await;
        stage.phone.session(&busy).await.expect(200);
    }
    stage.wait(MINUTE);
    let ended = (401, "session_expired");
    for token in [&idle, &busy] {
        assert_eq!(stage.phone.session(token).await.problem(), ended);
        assert_eq!(stage.phone.refresh(token).await.problem(), ended);
    }
    stage.end().await;
}

/// One user's mixed load.
async fn use_it(stage: &Stage, number: usize) {
    let user = &format!("oUser{number}");
    let (phone, first) = (&stage.phone, stage.log_in_among_many(user).await);
    let second = stage.log_in_among_many(user).await;
    phone.session(&first).await.expect(200);
    let data = stage.wechat.open_data(user, "phone").await;
    let bad = json!({ "encryptedData": data["iv"], "iv": data["iv"] });
    let (good, bad, third) = tokio::join!(
        phone.decrypt(&first, &data),
        phone.decrypt(&second, &bad),
        phone.refresh(&first)
    );
    good.expect(200);
    bad.expect(422);
    let third = third.expect(200).token();
    phone.session(&third).await.expect(200);
    match number % 3 {
        0 => phone.logout(&second).await,
        1 => {
            phone
                .call("DELETE", "/v1/sessions", Some(&second), None)
                .await
        }
        _ => phone.refresh(&third).await,
    };
}

/// After a mixed load every key has an end, none later than the design allows.
pub(crate) async fn everything_stored_has_an_end(users: usize) {
    let stage = Stage::on_redis().await;
    for some in (0..users).collect::<Vec<_>>().chunks(30) {
        join_all(some.iter().map(|user| use_it(&stage, *user))).await;
    }
    let mut redis = connect(&stage).await;
    let keys: Vec<String> = redis.keys("*").await.expect("it runs");
    assert!(keys.len() > users);
    for key in keys {
        let left: i64 = redis::cmd("PTTL")
            .arg(&key)
            .query_async(&mut redis)
            .await
            .expect("it runs");
        let most = match key.rsplit(':').next() {
            Some("d") => Duration::from_hours(24),
            _ if key.starts_with("wxg:code:") => Duration::from_mins(10),
            _ => Duration::from_mins(30),
        };
        let most = i64::try_from(most.as_millis()).expect("small");
        assert!((1..=most).contains(&left), "{key}: {left} ms");
    }
    stage.end().await;
}
