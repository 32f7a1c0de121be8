//! Clients that do nothing wrong, on a bad network.
use std::time::Duration;

use testkit::{Stage, counted};

use super::wire::Wire;

pub(crate) const GRACE: Duration = Duration::from_secs(30);

/// How long after a lost answer the phone asks again: at once, around the end of the grace, and after a
/// sleep.
const PAUSES: [Duration; 7] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_millis(29_999),
    GRACE,
    Duration::from_mins(1),
    Duration::from_mins(10),
    Duration::from_mins(29),
];

pub(crate) fn thefts(stage: &Stage) -> u64 {
    counted(&stage.system.session.host, "wxgate_token_reuse_total")
}

/// The answer is lost after the commit; whenever the client asks again, it is given the same successor.
pub(crate) async fn ask_again(stage: &Stage, rounds: usize) {
    let mut token = stage.log_in("oMei").await;
    for round in 0..rounds {
        stage.wait(GRACE);
        let lost = Wire::refresh(stage, &token).await.lose_the_answer().await;
        assert_ne!(lost, token);
        stage.wait(PAUSES[round % PAUSES.len()]);
        let found = stage.phone.refresh(&token).await.expect(200).token();
        assert_eq!(found, lost, "round {round}");
        stage.phone.session(&found).await.expect(200);
        token = found;
    }
    assert_eq!(thefts(stage), 0);
}

/// The client is gone at any moment; before or after the commit, asking again gives one successor.
///
/// Each round has a session of its own, and no time passes between them: nobody knows when a request that was
/// left is over, and one that arrives after the grace, when its successor was seen, is a copy's.
pub(crate) async fn ask_again_whenever_it_broke(stage: &Stage, rounds: u32) {
    let mut successors = Vec::new();
    for (round, token) in (0..).zip(in_use(stage, rounds).await) {
        let moment = Duration::from_micros(100) * (round % 60);
        Wire::refresh(stage, &token).await.leave_after(moment).await;
        let found = stage.phone.refresh(&token).await.expect(200).token();
        assert_ne!(found, token);
        let again = stage.phone.refresh(&token).await.expect(200).token();
        assert_eq!(again, found, "round {round}");
        stage.phone.session(&found).await.expect(200);
        successors.push(found);
    }
    for token in successors {
        let still = stage.phone.refresh(&token).await.expect(200).token();
        assert_eq!(still, token, "what came late made no second step");
    }
    assert_eq!(thefts(stage), 0);
}

/// The tokens of so many sessions that were refreshed once, and used; the grace is over.
async fn in_use(stage: &Stage, sessions: u32) -> Vec<String> {
    let mut tokens = Vec::new();
    for number in 0..sessions {
        let first = stage.log_in(&format!("oMei{number}")).await;
        let token = stage.phone.refresh(&first).await.expect(200).token();
        stage.phone.session(&token).await.expect(200);
        tokens.push(token);
    }
    stage.wait(GRACE);
    tokens
}
