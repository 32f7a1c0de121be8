//! C-06: attacks at once.
#[path = "../padding_oracle/attacker.rs"]
mod attacker;
#[path = "../padding_oracle/target.rs"]
mod target;

use futures::future::join_all;
use testkit::{found, long_story};

use self::{
    attacker::Attacker,
    target::{Target, VICTIM},
};
use crate::topology::on_each_own;

/// Attackers at the same user, each with a session of their own.
const ATTACKERS: usize = 64;
const ROUNDS: usize = 10;

/// All of them attack at once, log in anew, and attack again.
#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_attackers_share_ten_answers() {
    long_story(Box::pin(on_each_own(async |name, stage| {
        let target = Target::on(stage).await;
        let before = target.executed();
        let mut answers = 0;
        for _ in 0..ROUNDS {
            let attacks = (0..ATTACKERS).map(|n| {
                let mut attacker = Attacker::new(target.line());
                let pair = [target.blocks[n % 3], target.blocks[n % 3 + 1]];
                async move {
                    assert_eq!(attacker.recover(pair[0], pair[1]).await, b"");
                    attacker.oracle.answers.len()
                }
            });
            answers += join_all(attacks).await.into_iter().sum::<usize>();
            target.stage.log_in(VICTIM).await;
        }
        assert_eq!((answers, target.executed() - before), (10, 10));
        target.stage.end().await;
        let how = format!("64 padding-oracle attackers of one user at once, 10 rounds, {name}");
        found("C-06", &how, "10 answers, 0 bytes of plaintext");
    })))
    .await;
}
