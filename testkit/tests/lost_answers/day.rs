//! An honest client's day on a bad network.
use std::time::Duration;

use testkit::Stage;

use crate::{honest::thefts, wire::Wire};

/// One refresh as a client lives it: it waits, asks, and asks again as long as no answer comes.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    pub(crate) wait: Duration,
    /// The pause after each answer that was lost.
    pub(crate) lost: Vec<Duration>,
}

/// An honest client's day: it is never thrown out.
pub(crate) async fn spend_a_day(stage: &Stage, user: &str, turns: &[Turn]) {
    let mut token = stage.log_in(user).await;
    for Turn { wait, lost } in turns {
        stage.wait(*wait);
        for pause in lost {
            Wire::refresh(stage, &token).await.lose_the_answer().await;
            stage.wait(*pause);
            // Meanwhile the token may be past its grace; the session goes on.
            let meanwhile = stage.phone.session(&token).await;
            let past = || meanwhile.problem() == (401, "session_expired");
            assert!(meanwhile.status == 200 || past(), "{}", meanwhile.text);
        }
        token = stage.phone.refresh(&token).await.expect(200).token();
        stage.phone.session(&token).await.expect(200);
    }
    assert_eq!(thefts(stage), 0);
}
