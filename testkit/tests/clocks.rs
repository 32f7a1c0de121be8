//! Clocks that jump: forward, back, far back. Time itself goes on at its pace.
use std::time::Duration;

use service_kit::{Clock, Timestamp};
use testkit::{Stage, story};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
const TEN_YEARS: Duration = Duration::from_hours(24 * 3652);
/// How long a token lasts, and when clients refresh it.
const TTL: Duration = Duration::from_mins(30);
const REFRESH: Duration = Duration::from_mins(20);

/// A clock that was put forward or back by this much.
#[derive(Clone, Copy, Debug)]
enum Jump {
    Forward(Duration),
    Back(Duration),
}

const JUMPS: [Jump; 5] = [
    Jump::Forward(HOUR),
    Jump::Back(HOUR),
    Jump::Forward(DAY),
    Jump::Back(DAY),
    Jump::Back(TEN_YEARS),
];

fn jump(stage: &Stage, jump: Jump) {
    let now = stage.clock.now();
    stage.clock.set(match jump {
        Jump::Forward(by) => now.plus(by),
        Jump::Back(by) => Timestamp::default().plus(now.since(Timestamp::default().plus(by))),
    });
}

fn undo(stage: &Stage, made: Jump) {
    jump(
        stage,
        match made {
            Jump::Forward(by) => Jump::Back(by),
            Jump::Back(by) => Jump::Forward(by),
        },
    );
}

#[tokio::test]
async fn a_clock_put_back_makes_no_session_immortal() {
    story(async {
        let stage = Stage::with(|plan| plan.session.session.absolute_ttl = DAY).await;
        for back in [HOUR, DAY, TEN_YEARS] {
            let mut token = stage.log_in("oMei").await;
            jump(&stage, Jump::Back(back));
            let mut lived = Duration::ZERO;
            // What passed between the last step and the jump nobody knows: at most a token's life.
            while lived <= DAY + TTL {
                stage.wait(REFRESH);
                lived += REFRESH;
                let refreshed = stage.phone.refresh(&token).await;
                if refreshed.status != 200 {
                    assert_eq!(refreshed.problem(), (401, "session_expired"));
                    break;
                }
                token = refreshed.token();
            }
            assert!((DAY..=DAY + TTL).contains(&lived), "{lived:?}: {back:?}");
        }
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn a_clock_put_back_makes_no_idle_session_immortal() {
    story(async {
        let stage = Stage::start().await;
        let token = stage.log_in("oMei").await;
        jump(&stage, Jump::Back(TEN_YEARS));
        // Its first use is noted, and with it how long it is to be kept.
        stage.phone.session(&token).await.expect(200);
        stage.wait(REFRESH);
        stage.phone.session(&token).await.expect(200);
        stage.wait(REFRESH);
        assert_eq!(
            stage.phone.session(&token).await.problem(),
            (401, "session_expired")
        );
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn nobody_is_logged_out_because_a_clock_was_put_back() {
    story(async {
        let stage = Stage::start().await;
        for back in [HOUR, DAY, TEN_YEARS] {
            let token = stage.log_in("oMei").await;
            // A step a moment ago: with the clock put back, its grace would not end for long.
            let mut token = stage.phone.refresh(&token).await.expect(200).token();
            jump(&stage, Jump::Back(back));
            for _ in 0..6 {
                stage.wait(REFRESH);
                token = stage.phone.refresh(&token).await.expect(200).token();
                stage.phone.session(&token).await.expect(200);
            }
        }
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn an_ended_session_stays_ended_whatever_the_clock_does() {
    story(async {
        let stage = Stage::on_redis().await;
        for made in JUMPS {
            let before = stage.log_in("oMei").await;
            let during = stage.log_in("oMei").await;
            // Redis will have lost the deletions.
            let kept = stage.system.records.dump().await.expect("it runs");
            stage.phone.logout(&before).await.expect(204);
            jump(&stage, made);
            stage.phone.logout(&during).await.expect(204);
            stage.restore(kept).await;
            for token in [&before, &during] {
                let refused = stage.phone.session(token).await;
                assert_eq!(refused.problem(), (401, "session_revoked"), "{made:?}");
            }
            undo(&stage, made);
            for token in [&before, &during] {
                let refused = stage.phone.refresh(token).await;
                assert_eq!(refused.problem(), (401, "session_revoked"), "{made:?}");
            }
        }
        stage.end().await;
    })
    .await;
}

#[tokio::test]
async fn a_login_works_after_every_jump_however_many_sessions_there_are() {
    story(async {
        let stage = Stage::start().await;
        for made in JUMPS {
            for _ in 0..11 {
                stage.log_in("oMei").await;
            }
            jump(&stage, made);
            let token = stage.log_in("oMei").await;
            stage.phone.session(&token).await.expect(200);
            let token = stage.phone.refresh(&token).await.expect(200).token();
            stage.phone.logout(&token).await.expect(204);
            undo(&stage, made);
        }
        stage.end().await;
    })
    .await;
}
