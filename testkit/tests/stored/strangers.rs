//! SES-12: tokens that we never signed cost nothing, and are told nothing.
use deadpool_redis::redis;
use futures::future::join_all;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::Value;
use testkit::{Answer, Stage};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

const AT_ONCE: usize = 64;

/// How many commands Redis was given by anybody but this test.
async fn commands(stage: &Stage) -> u64 {
    let redis = stage.redis.as_ref().expect("on redis");
    let mut redis = redis.connect().await.expect("it runs");
    let asked = redis::cmd("INFO").arg("commandstats").to_owned();
    let stats: String = asked.query_async(&mut redis).await.expect("it runs");
    let ours = ["cmdstat_info:", "cmdstat_client|", "cmdstat_command"];
    let theirs = stats.lines().filter(|line| line.starts_with("cmdstat_"));
    theirs
        .filter(|line| !ours.iter().any(|name| line.starts_with(name)))
        .filter_map(|line| {
            line.split_once("calls=")?
                .1
                .split(',')
                .next()?
                .parse::<u64>()
                .ok()
        })
        .sum()
}

/// What a stranger may make up: of the right shape, nearly of it, or anything a header carries.
fn strangers() -> impl Strategy<Value = String> {
    let of_shape = any::<[u8; 32]>()
        .prop_flat_map(|start| any::<[u8; 13]>().prop_map(move |end| [&start[..], &end].concat()));
    let token = |bytes: Vec<u8>| format!("wxs_{}", BASE64_URL_SAFE_NO_PAD.encode(bytes));
    let right_head = of_shape.clone().prop_map(|mut bytes| {
        bytes[0] = 0x11; // our version, and a key that there is
        bytes
    });
    prop_oneof![
        4 => right_head.prop_map(token),
        2 => of_shape.prop_map(token),
        1 => "wxs_[A-Za-z0-9_-]{0,80}",
        1 => "[!-~]{1,200}",
    ]
}

/// A genuine token, with one character changed, cut, or put to it.
fn near(token: &str) -> Vec<String> {
    let changed = (0..token.len()).map(|at| {
        let mut bytes = token.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).expect("ASCII")
    });
    let mut near: Vec<_> = changed.collect();
    near.extend([
        format!("{token}A"),
        token[..63].to_owned(),
        token[4..].to_owned(),
    ]);
    near.push(token.replacen("wxs_", "wxs-", 1));
    near
}

/// All that the answer says, but for what differs from call to call.
fn said(answer: &Answer) -> String {
    let mut body = answer.body.clone();
    body["trace_id"] = Value::Null;
    format!(
        "{} {} {body}",
        answer.status,
        answer.header("www-authenticate")
    )
}

/// Presents `many` made-up tokens, and near misses: one answer for all, and Redis is not asked.
pub(crate) async fn strangers_cost_nothing(many: usize) {
    let (ours, elsewhere) = (Stage::on_redis().await, Stage::start().await);
    let token = ours.log_in("oMei").await;
    ours.phone.session(&token).await.expect(200);
    let mut runner = TestRunner::default();
    let mut made_up = near(&token);
    made_up.push(elsewhere.log_in("oMei").await);
    let tree = |_| strangers().new_tree(&mut runner).expect("a text").current();
    made_up.extend((0..many).map(tree));
    let before = commands(&ours).await;
    let mut answers = std::collections::HashSet::new();
    for some in made_up.chunks(AT_ONCE) {
        let asked = join_all(some.iter().map(|token| ours.phone.session(token))).await;
        answers.extend(asked.iter().map(said));
    }
    for token in &made_up[..50] {
        for refused in [
            ours.phone.refresh(token).await,
            ours.phone.logout(token).await,
        ] {
            answers.insert(said(&refused));
        }
    }
    assert_eq!(commands(&ours).await, before, "no look-up");
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(answers.iter().all(|said| said.contains("session_invalid")));
    ours.phone.session(&token).await.expect(200);
    assert!(
        commands(&ours).await > before,
        "a genuine token is looked up"
    );
    elsewhere.end().await;
    ours.end().await;
}
