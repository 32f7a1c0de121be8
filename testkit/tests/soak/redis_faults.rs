//! A Redis that answers wrongly, late or not at all, long enough.
#[path = "../redis_faults/lateness.rs"]
mod lateness;
#[path = "../redis_faults/mixed_replies.rs"]
mod mixed_replies;
#[path = "../redis_faults/silence.rs"]
mod silence;

use std::time::Duration;

use testkit::{What, found, story_within};

use self::{
    lateness::{CONNECTIONS, Slowed},
    mixed_replies::{amid_cancellations, among_strangers},
    silence::{Fault, Longest, RETURN, Shaken, TIMEOUT},
};

/// No check takes longer.
const PATIENCE: Duration = Duration::from_hours(1);
/// Answers looked at, and callers who hang up.
const ANSWERS: usize = 100_000;
const HUNG_UP: usize = 10_000;
/// How often Redis goes away in each manner.
const ROUNDS: usize = 20;
/// What a machine that is busy with other things may add.
const NOISE: Duration = Duration::from_millis(450);

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_of_another_when_replies_change_places() {
    story_within(PATIENCE, async {
        for (what, how) in [
            (What::Other, "replies of two connections swapped"),
            (What::Older, "another's old reply in place of the right one"),
        ] {
            let tally = Box::pin(among_strangers(what, ANSWERS / 2)).await;
            assert_eq!(tally.right + tally.unavailable, ANSWERS / 2);
            assert!(tally.tricks > 1000, "{tally:?}");
            let (right, unavailable, tricks) = (tally.right, tally.unavailable, tally.tricks);
            let figure = format!(
                "0 wrong answers after {tricks} wrong replies: {right} right, {unavailable} times 503"
            );
            found("SES-10", how, &figure);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_who_hang_up_in_the_middle_confuse_nobody() {
    story_within(PATIENCE, async {
        for (what, how) in [
            (None, "callers hang up in the middle"),
            (Some(What::Next), "callers hang up, replies on one connection swapped"),
        ] {
            let tally = Box::pin(amid_cancellations(what, 2 * HUNG_UP)).await;
            assert!(tally.abandoned > HUNG_UP / 2, "{tally:?}");
            assert!(what.is_some() || tally.unavailable == 0, "{tally:?}");
            let (right, unavailable, hung_up) = (tally.right, tally.unavailable, tally.hung_up);
            let (abandoned, tricks) = (tally.abandoned, tally.tricks);
            let figure = format!(
                "0 wrong answers: {right} right, {unavailable} times 503; {hung_up} hung up, {abandoned} of them after Redis was asked; {tricks} wrong replies"
            );
            found("SES-10", how, &figure);
        }
    })
    .await;
}

/// The longest times of many rounds.
async fn shaken(fault: Fault) -> Longest {
    let mut shaken = Box::pin(Shaken::start()).await;
    let mut longest = Longest::default();
    for _ in 0..ROUNDS {
        let Longest { answer, recovery } = shaken.shake(fault).await;
        assert!(answer < fault.limit() + NOISE, "{fault:?}: {answer:?}");
        assert!(recovery < RETURN, "{fault:?}: {recovery:?}");
        longest.answer = longest.answer.max(answer);
        longest.recovery = longest.recovery.max(recovery);
    }
    shaken.end().await;
    longest
}

async fn report(fault: Fault, how: &str) {
    let Longest { answer, recovery } = shaken(fault).await;
    let (answer, recovery) = (answer.as_millis(), recovery.as_millis());
    let figure = format!(
        "{ROUNDS} rounds: 503 after {answer} ms at most, never 401; all well {recovery} ms after its return at most"
    );
    found("DEP-05", how, &figure);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_is_away_costs_one_timeout_and_no_session() {
    story_within(PATIENCE, async {
        for (fault, how) in [
            (Fault::Refused, "connections refused and reset"),
            (Fault::Killed, "redis-server killed"),
            (Fault::Stopped, "redis-server stopped (SIGSTOP)"),
            (Fault::Hole, "black hole"),
            (Fault::NoReplies, "requests pass, replies do not"),
            (Fault::NoRequests, "requests do not pass"),
        ] {
            report(fault, how).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_open_connections_cost_one_timeout_together() {
    story_within(PATIENCE, report(Fault::HalfOpen, "half-open connections")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_redis_serves_as_many_as_it_can_and_sheds_the_rest() {
    story_within(PATIENCE, async {
        let slowed = Box::pin(Slowed::start()).await;
        for delay in [20, 100].map(Duration::from_millis) {
            slowed.slow_down(delay).await;
            let few = slowed.load(100 * CONNECTIONS, CONNECTIONS).await;
            assert_eq!(few.shed, 0, "{delay:?}: {few:?}");
            note(delay, "as many callers as connections", &few);
            let many = slowed.load(2000, 200).await;
            assert!(many.right > 0 && many.shed > 0, "{delay:?}: {many:?}");
            assert!(many.longest < Fault::Hole.limit() + NOISE, "{many:?}");
            note(delay, "fifty callers for each connection", &many);
        }
        slowed.slow_down(TIMEOUT).await;
        let all = slowed.load(200, 50).await;
        assert_eq!(all.right, 0, "{all:?}");
        note(TIMEOUT, "time-out of 500 ms", &all);
        let recovery = slowed.recover().await;
        assert!(recovery < RETURN, "{recovery:?}");
        slowed.end().await;
    })
    .await;
}

fn note(delay: Duration, how: &str, load: &lateness::Load) {
    let percent = load.percent_of_capacity(delay);
    let how = format!("Redis {} ms late, {how}", delay.as_millis());
    let (right, shed, longest) = (load.right, load.shed, load.longest.as_millis());
    let figure = format!(
        "{right} told ({percent:.0} % of what the connections could), {shed} shed with 503, {longest} ms at most"
    );
    found("DEP-05", &how, &figure);
}
