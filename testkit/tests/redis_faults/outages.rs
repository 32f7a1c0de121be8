//! DEP-05: a Redis that is away, silent or slow costs one time-out, and no session.
use std::time::Duration;

use testkit::{Crowd, Faults, Stage, Way, assert_in_time, story, timed};

use crate::{
    lateness::{CONNECTIONS, Slowed},
    silence::{Fault, Longest, RETURN, Shaken, TIMEOUT},
};

/// What a machine that is busy with other things may add.
const NOISE: Duration = Duration::from_millis(450);

async fn shaken(fault: Fault) {
    timed(async || {
        let mut shaken = Box::pin(Shaken::start()).await;
        let Longest { answer, recovery } = shaken.shake(fault).await;
        assert_in_time(answer < fault.limit() + NOISE, &(fault, answer));
        assert_in_time(recovery < RETURN, &(fault, recovery));
        shaken.end().await;
    })
    .await;
}

#[tokio::test]
async fn a_refused_connection_is_503_at_once() {
    story(shaken(Fault::Refused)).await;
}

#[tokio::test]
async fn a_dead_redis_is_503_at_once() {
    story(shaken(Fault::Killed)).await;
}

#[tokio::test]
async fn a_stopped_redis_is_503_after_one_timeout() {
    story(shaken(Fault::Stopped)).await;
}

#[tokio::test]
async fn a_black_hole_is_503_after_one_timeout() {
    story(shaken(Fault::Hole)).await;
}

#[tokio::test]
async fn replies_that_do_not_come_are_503_after_one_timeout() {
    story(shaken(Fault::NoReplies)).await;
}

#[tokio::test]
async fn requests_that_do_not_go_are_503_after_one_timeout() {
    story(shaken(Fault::NoRequests)).await;
}

#[tokio::test]
async fn a_half_open_connection_is_503_after_one_timeout() {
    story(timed(async || {
        let mut shaken = Box::pin(Shaken::start()).await;
        let Longest { answer, .. } = shaken.shake(Fault::HalfOpen).await;
        assert!(answer > Duration::ZERO, "nobody met one");
        assert_in_time(answer < Fault::HalfOpen.limit() + NOISE, &answer);
        shaken.end().await;
    }))
    .await;
}

#[tokio::test]
async fn half_open_connections_are_all_replaced_once_one_was_noticed() {
    story(shaken(Fault::HalfOpen)).await;
}

#[tokio::test]
async fn a_connection_that_was_silent_is_not_used_again() {
    story(timed(async || {
        let (stage, proxy) = Stage::on_bad_network(|plan| {
            let redis = plan.session.redis.as_mut().expect("on Redis");
            (redis.timeout, redis.connections) = (TIMEOUT, 1);
        })
        .await;
        let crowd = Crowd::gather(&stage, 2).await;
        let before = proxy.counted();
        assert_eq!(before.open, 1);
        proxy.set(Faults::hole(Way::Replies)).await;
        assert!(!crowd.ask(0).await);
        let dropped = async {
            while proxy.counted().open == before.open {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let dropped = tokio::time::timeout(NOISE, dropped).await;
        assert_in_time(dropped.is_ok(), &"it is still open");
        // The reply to the first one's question comes now.
        proxy.heal().await;
        assert!(crowd.ask(1).await);
        assert!(proxy.counted().connections > before.connections);
        stage.end().await;
    }))
    .await;
}

#[tokio::test]
async fn a_slow_redis_serves_as_many_as_it_can_and_sheds_the_rest() {
    story(timed(async || {
        let slowed = Box::pin(Slowed::start()).await;
        for delay in [20, 100].map(Duration::from_millis) {
            slowed.slow_down(delay).await;
            let few = slowed.load(4 * CONNECTIONS, CONNECTIONS).await;
            assert_in_time(few.shed == 0, &(delay, few));
        }
        // Four connections give ten answers a second each.
        let many = slowed.load(80, 80).await;
        assert_in_time(many.right >= CONNECTIONS, &many);
        assert!(many.shed >= 40, "{many:?}");
        assert_in_time(many.longest < Fault::Hole.limit() + NOISE, &many);
        let few = slowed.load(CONNECTIONS, 1).await;
        assert_in_time(few.shed == 0, &few);
        slowed.end().await;
    }))
    .await;
}

#[tokio::test]
async fn a_slow_redis_beset_by_too_many_still_answers_as_many_as_it_can() {
    story(timed(async || {
        let slowed = Box::pin(Slowed::start()).await;
        let delay = Duration::from_millis(100);
        slowed.slow_down(delay).await;
        // At any time ten times as many as can be answered within the time-out.
        let many = slowed.load(1000, 200).await;
        let percent = many.percent_of_capacity(delay);
        assert_in_time(percent > 30.0, &(percent, many));
        slowed.end().await;
    }))
    .await;
}

#[tokio::test]
async fn a_redis_slower_than_the_timeout_is_503_and_well_when_it_is_quick() {
    story(timed(async || {
        let slowed = Box::pin(Slowed::start()).await;
        slowed.slow_down(TIMEOUT).await;
        let all = slowed.load(20, 20).await;
        assert_eq!(all.right, 0, "{all:?}");
        assert_in_time(all.longest < Fault::Hole.limit() + NOISE, &all);
        let recovery = slowed.recover().await;
        assert_in_time(recovery < RETURN, &recovery);
        slowed.end().await;
    }))
    .await;
}
