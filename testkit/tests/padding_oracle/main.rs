//! A real padding-oracle attack on `POST /v1/open-data/decrypt` gains nothing.
mod attacker;
mod target;
mod toy;

use std::time::Duration;

use futures::future::join_all;
use testkit::{Stage, on_every_store, story};

use self::{
    attacker::{Attacker, Heard, Oracle},
    target::{SESSION_KEY, Target, VICTIM, data},
    toy::Toy,
};

/// Failures that a user may have in a day.
const BUDGET: usize = 10;

on_every_store!(
    the_attack_ends_after_ten_answers,
    logging_in_again_buys_no_answer,
    of_sixty_four_calls_at_once_ten_are_carried_out,
);

/// The attack works: what follows fails for want of answers, not of skill.
#[tokio::test]
async fn the_attack_reads_everything_from_a_service_that_says_what_was_wrong() {
    story(async {
        let target = Target::on(Stage::start().await).await;
        let mut attacker = Attacker::new(Toy {
            key: SESSION_KEY,
            asked: 0,
        });
        let mut text = Vec::new();
        for pair in target.blocks.windows(2) {
            text.extend(attacker.recover(pair[0], pair[1]).await);
        }
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(text.starts_with(r#"{"phoneNumber":""#), "{text}");
        assert!(
            text.contains(r#""purePhoneNumber":"13800000001""#),
            "{text}"
        );
        assert!(attacker.oracle.asked > 100 * BUDGET);
        target.stage.end().await;
    })
    .await;
}

async fn the_attack_ends_after_ten_answers(stage: Stage) {
    let target = Target::on(stage).await;
    let executed = target.executed();
    let mut attacker = Attacker::new(target.line());
    for pair in target.blocks.windows(2).rev() {
        assert_eq!(attacker.recover(pair[0], pair[1]).await, b"");
    }
    let mut answers = attacker.oracle.answers;
    assert_eq!(answers.len(), BUDGET);
    assert_eq!(target.executed() - executed, BUDGET as u64);
    answers.dedup();
    assert_eq!(answers.len(), 1, "the answers tell nothing: {answers:?}");
    target.stage.end().await;
}

/// WeChat gives the same `session_key` again, so the stolen data stays as good as it was.
async fn logging_in_again_buys_no_answer(stage: Stage) {
    let target = Target::on(stage).await;
    let executed = target.executed();
    let mut attacker = Attacker::new(target.line());
    for round in 0..20 {
        assert_eq!(
            attacker.recover(target.blocks[0], target.blocks[1]).await,
            b""
        );
        let (phone, used) = (&target.stage.phone, attacker.oracle.token.clone());
        match round % 3 {
            0 => phone.logout(&used).await.expect(204),
            1 => phone
                .call("DELETE", "/v1/sessions", Some(&used), None)
                .await
                .expect(204),
            _ => phone.refresh(&used).await.expect(200),
        };
        attacker.oracle.token = target.stage.log_in(VICTIM).await;
    }
    assert_eq!(attacker.oracle.answers.len(), BUDGET);
    assert_eq!(target.executed() - executed, BUDGET as u64);
    target.stage.end().await;
}

async fn of_sixty_four_calls_at_once_ten_are_carried_out(stage: Stage) {
    let target = Target::on(stage).await;
    let executed = target.executed();
    let second = target.stage.log_in(VICTIM).await;
    let asked = (0..64_u8).map(|guess| {
        let mut line = target.line();
        if guess % 2 == 0 {
            line.token.clone_from(&second);
        }
        let (before, stolen) = ([guess; attacker::BLOCK], target.blocks[1]);
        async move { line.ask(before, stolen).await }
    });
    let heard = join_all(asked).await;
    let answers = heard.iter().filter(|heard| **heard != Heard::Refused);
    assert_eq!(answers.count(), BUDGET);
    assert_eq!(target.executed() - executed, BUDGET as u64);
    target.stage.end().await;
}

/// Nobody can count: then nothing is decrypted.
#[tokio::test]
async fn while_redis_is_away_no_cipher_runs() {
    story(async {
        let target = Target::on(Stage::on_redis().await).await;
        let executed = target.executed();
        let redis = target.stage.redis.as_ref().expect("on redis");
        let (phone, token) = (&target.stage.phone, &target.token);
        let bad = data([7; attacker::BLOCK], target.blocks[1]);
        for _ in 0..3 {
            phone.decrypt(token, &bad).await.expect(422);
        }
        redis.pause().await;
        for _ in 0..3 {
            let answer = phone.decrypt(token, &bad).await;
            assert_eq!(answer.problem(), (503, "store_unavailable"));
        }
        assert_eq!(target.executed() - executed, 3);
        redis.resume();
        while phone.session(token).await.status != 200 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let mut attacker = Attacker::new(target.line());
        assert_eq!(
            attacker.recover(target.blocks[0], target.blocks[1]).await,
            b""
        );
        assert_eq!(attacker.oracle.answers.len(), BUDGET - 3);
        assert_eq!(target.executed() - executed, BUDGET as u64);
        target.stage.end().await;
    })
    .await;
}
