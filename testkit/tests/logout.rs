//! Logging out, from the mini-program's side.
use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use session_service::{
    domain::{Session, SessionId, UserTag},
    store::{Change, Records},
};
use testkit::{Stage, story};

#[tokio::test]
async fn a_logout_ends_this_session_and_no_other() {
    story(async {
        let stage = Stage::on_redis().await;
        let (phone, tablet) = (stage.log_in("oMei").await, stage.log_in("oMei").await);
        stage.phone.logout(&phone).await.expect(204);
        assert_eq!(
            stage.phone.session(&phone).await.problem(),
            (401, "session_revoked")
        );
        assert_eq!(
            stage.phone.refresh(&phone).await.problem(),
            (401, "session_revoked")
        );
        stage.phone.verify(&phone).await.expect(401);
        stage.phone.session(&tablet).await.expect(200);
        stage.phone.logout(&phone).await.expect(204);
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn a_logout_is_not_undone_by_a_store_that_restored_the_record() {
    story(async {
        let stage = Stage::on_redis().await;
        let token = stage.log_in("oMei").await;
        let kept = stage.system.records.dump().await.expect("it runs");
        stage.phone.logout(&token).await.expect(204);
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
async fn nobody_is_logged_out_with_a_forged_token() {
    story(async {
        let stage = Stage::start().await;
        let token = stage.log_in("oMei").await;
        let mut forged = token.clone();
        forged.replace_range(20..21, if &token[20..21] == "A" { "B" } else { "A" });
        assert_eq!(
            stage.phone.logout(&forged).await.problem(),
            (401, "session_invalid")
        );
        stage.phone.session(&token).await.expect(200);
        stage.end().await;
    })
    .await;
}

/// A replica that was cut off knows of no logout for as long as it serves at all, and may step a session
/// up until then. The row outlives what it made; only then it goes.
#[tokio::test]
async fn the_row_of_a_logout_outlives_all_that_it_ended() {
    story(Box::pin(async {
        let lag = Duration::from_mins(5);
        let stage = Stage::on_redis_with(|plan| plan.session.revocations.max_lag = lag).await;
        let token = stage.log_in("oMei").await;
        let (records, id) = (&stage.system.records, Claims::of(&token));
        let session = records.session(id.tag, id.session).await.expect("it runs");
        let mut late = session.value.expect("it is stored");
        stage.phone.logout(&token).await.expect(204);
        late.stepped_at = late.stepped_at.plus(lag);
        late.expires_at = late.expires_at.plus(lag);
        for minute in 1..=37 {
            stage.wait(Duration::from_mins(1));
            put_back(records, &id, &late).await;
            // A login reads the log: what is asked then is answered.
            stage.log_in("oSomebodyElse").await;
            let refused = stage.phone.session(&token).await.expect(401);
            assert!(
                minute >= 35 || refused.code() == "session_revoked",
                "{minute}"
            );
        }
        // Were there a session that lives so long, no row would end it any more, once those that have
        // outlived it all are forgotten: every ten minutes, at the next look at the log.
        late.expires_at = late.expires_at.plus(Duration::from_hours(2));
        put_back(records, &id, &late).await;
        while stage.phone.session(&token).await.status != 200 {
            stage.wait(Duration::from_secs(10));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stage.end().await;
    }))
    .await;
}

/// What a token says.
struct Claims {
    tag: UserTag,
    session: SessionId,
}

impl Claims {
    fn of(token: &str) -> Self {
        let bytes = BASE64_URL_SAFE_NO_PAD
            .decode(&token[4..])
            .expect("base64url");
        Self {
            tag: UserTag::from_bytes(bytes[1..9].try_into().expect("eight")),
            session: SessionId::from_bytes(bytes[9..25].try_into().expect("sixteen")),
        }
    }
}

async fn put_back(records: &Records, id: &Claims, session: &Session) {
    let read = records.session(id.tag, id.session).await.expect("it runs");
    let change = Change::default().put(&read, session, Duration::from_hours(24));
    assert!(records.commit(change).await.expect("it runs"));
}
