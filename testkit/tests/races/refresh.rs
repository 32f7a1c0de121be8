//! SES-06: refreshes at once are one step.
use std::{collections::HashSet, time::Duration};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use futures::future::join_all;
use testkit::{Stage, counted};

const CALLERS: usize = 32;
const GRACE: Duration = Duration::from_secs(30);

/// Which refresh made this token: it says so itself.
fn generation(token: &str) -> u32 {
    let body = BASE64_URL_SAFE_NO_PAD
        .decode(&token[4..])
        .expect("base64url");
    u32::from_be_bytes(body[25..29].try_into().expect("four bytes"))
}

/// Thirty-two callers refresh one token at once, `rounds` times: one successor, one generation on.
pub(crate) async fn refreshes_at_once_are_one_step(stage: &Stage, rounds: u32) {
    let mut token = stage.log_in("oMei").await;
    for round in 1..=rounds {
        stage.wait(GRACE);
        let answers = join_all((0..CALLERS).map(|_| stage.phone.refresh(&token))).await;
        let tokens = answers.into_iter().map(|a| a.expect(200).token());
        let successors: HashSet<_> = tokens.collect();
        assert_eq!(successors.len(), 1, "round {round}");
        token = successors.into_iter().next().expect("one");
        assert_eq!(generation(&token), round);
        stage.phone.session(&token).await.expect(200);
    }
    let host = &stage.system.session.host;
    assert_eq!(counted(host, "wxgate_token_reuse_total"), 0);
}
