//! SES-10: a record belongs to who asked for it, or there is no answer.
use std::time::Duration;

use testkit::{Crowd, Faults, Stage, Trick, What, assert_in_time, story, timed};

use crate::mixed_replies::{amid_cancellations, among_strangers};

const AWAY: (u16, &str) = (503, "store_unavailable");
const ASKS: usize = 500;

/// Every reply to `command` is this.
fn always(what: What, command: &'static str) -> Faults {
    Faults::trick(Trick {
        what,
        command,
        every: 1,
    })
}

#[tokio::test]
async fn nobody_is_told_of_another_when_replies_change_places() {
    story(async {
        for what in [What::Other, What::Older] {
            let tally = Box::pin(among_strangers(what, ASKS)).await;
            assert!(tally.tricks > 20, "{what:?}: {tally:?}");
            assert_eq!(tally.right + tally.unavailable, ASKS);
            assert!(tally.unavailable > 0, "{what:?}: {tally:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn callers_who_hang_up_in_the_middle_confuse_nobody() {
    story(async {
        let tally = Box::pin(amid_cancellations(None, 2 * ASKS)).await;
        assert!(tally.hung_up > ASKS / 2, "{tally:?}");
        assert!(tally.abandoned > ASKS / 4, "{tally:?}");
        assert_eq!(tally.unavailable, 0, "{tally:?}");
    })
    .await;
}

#[tokio::test]
async fn callers_who_hang_up_leave_no_reply_to_the_next_one() {
    story(async {
        let tally = Box::pin(amid_cancellations(Some(What::Next), 2 * ASKS)).await;
        assert!(tally.hung_up > ASKS / 2, "{tally:?}");
        assert!(tally.abandoned > ASKS / 4, "{tally:?}");
        // The connection that somebody hung up on has nobody next.
        assert_eq!(tally.tricks, 0, "{tally:?}");
    })
    .await;
}

#[tokio::test]
async fn anothers_record_is_503_and_asking_again_is_well() {
    story(async {
        let (stage, proxy) = Stage::on_bad_network(|_| {}).await;
        let crowd = Crowd::gather(&stage, 2).await;
        for n in [0, 1] {
            // Refresh reads the session and its user together.
            proxy.set(always(What::Older, "MGET")).await;
            let refused = stage.phone.refresh(crowd.token(n)).await;
            // The first one's reply is the only one so far.
            assert!(n == 0 || refused.problem() == AWAY);
            proxy.set(always(What::Older, "GET")).await;
            let refused = stage.phone.session(crowd.token(n)).await;
            assert_eq!(refused.problem(), AWAY);
            assert!(!refused.header("retry-after").is_empty());
        }
        proxy.heal().await;
        for n in 0..4 {
            assert!(crowd.ask(n).await);
        }
        stage.end().await;
    })
    .await;
}

/// What does not open is looked at once more: only a claim that is stored makes a code a used one.
#[tokio::test]
async fn a_login_that_is_given_anothers_claim_loses_no_code() {
    story(async {
        let (stage, proxy) = Stage::on_bad_network(|_| {}).await;
        Crowd::gather(&stage, 2).await;
        proxy
            .set(Faults::trick(Trick {
                what: What::Older,
                command: "GET",
                every: 3,
            }))
            .await;
        for n in 0..20 {
            let code = stage.wechat.login_code(&format!("oNew{n}")).await;
            let answer = stage.phone.login(&code).await;
            assert!(matches!(answer.status, 200 | 503), "{n}: {}", answer.body);
        }
        assert!(proxy.counted().tricks > 10);
        stage.end().await;
    })
    .await;
}

/// What Redis says to other questions: it tells nothing about a session.
async fn assert_no_record(replies: &[&'static str]) {
    let (stage, proxy) = Stage::on_bad_network(|_| {}).await;
    let crowd = Crowd::gather(&stage, 1).await;
    for said in replies {
        proxy.set(always(What::Said(said), "GET")).await;
        let refused = stage.phone.session(crowd.token(0)).await;
        assert_eq!(refused.problem(), AWAY, "{said:?}");
        proxy.heal().await;
        assert!(crowd.ask(0).await);
    }
    stage.end().await;
}

#[tokio::test]
async fn a_reply_that_is_no_record_ends_no_session() {
    let replies = [
        "+OK\r\n",
        "+PONG\r\n",
        ":1\r\n",
        ":0\r\n",
        "*1\r\n$1\r\na\r\n",
    ];
    story(assert_no_record(&replies)).await;
}

#[tokio::test]
async fn a_reply_that_is_text_or_empty_ends_no_session() {
    let replies = ["*0\r\n", "$0\r\n\r\n", "$8\r\n# Server\r\n"];
    story(assert_no_record(&replies)).await;
}

#[tokio::test]
async fn the_connection_that_gave_anothers_record_is_dropped() {
    story(timed(async || {
        let (stage, proxy) = Stage::on_bad_network(|_| {}).await;
        let crowd = Crowd::gather(&stage, 2).await;
        proxy.set(always(What::Older, "GET")).await;
        let open = proxy.counted().open;
        assert!(!crowd.ask(0).await);
        let dropped = async {
            while proxy.counted().open == open {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let dropped = tokio::time::timeout(Duration::from_secs(1), dropped).await;
        assert_in_time(dropped.is_ok(), &"it is used again");
        stage.end().await;
    }))
    .await;
}

#[tokio::test]
async fn anothers_record_is_counted_for_an_alarm() {
    story(async {
        let (stage, proxy) = Stage::on_bad_network(|_| {}).await;
        let crowd = Crowd::gather(&stage, 2).await;
        proxy.set(always(What::Older, "GET")).await;
        assert!(!crowd.ask(0).await);
        let metrics = stage.system.session.host.metrics.encode();
        let counted = metrics
            .lines()
            .find(|line| line.contains(r#"{reason="foreign_record"}"#));
        let one = r#"wxgate_session_store_failures_total{reason="foreign_record"} 1"#;
        assert_eq!(counted, Some(one));
        stage.end().await;
    })
    .await;
}
