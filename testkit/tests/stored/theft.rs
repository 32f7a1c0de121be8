//! C-02: what is in Redis is of no use to whoever steals it.
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use testkit::{RedisServer, Stage, spellings};

use super::loot::{Eavesdropper, all_refused, candidates, put_together};

const OPENID: &str = "oCanary00000000000000000000B";
const PHONE: &str = "13800000007";
const SESSION_KEY: &str = "c2Vzc2lvbi1rZXktKy8/Lw==";

/// A user does everything there is; answers every token that was given.
async fn a_day(stage: &Stage) -> Vec<String> {
    let planted = json!({ "session_key": SESSION_KEY, "phone": PHONE });
    stage.wechat.user(OPENID, planted).await;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        tokens.push(stage.log_in(OPENID).await);
    }
    let data = stage.wechat.open_data(OPENID, "phone").await;
    stage.phone.decrypt(&tokens[0], &data).await.expect(200);
    let bad = json!({ "encryptedData": data["iv"], "iv": data["iv"] });
    stage.phone.decrypt(&tokens[0], &bad).await.expect(422);
    tokens.push(stage.phone.refresh(&tokens[0]).await.expect(200).token());
    stage.phone.logout(&tokens[1]).await.expect(204);
    tokens
}

/// The day, on a Redis that writes everything down; answers all that was found there.
async fn loot(stage: &Stage, redis: &RedisServer) -> (Vec<String>, Vec<Vec<u8>>, Vec<Vec<u8>>) {
    redis.keep_a_log().await;
    let monitor = Eavesdropper::at(redis).await;
    let tokens = a_day(stage).await;
    let words = monitor.heard(redis).await;
    let snapshot = redis.saved().await;
    let mut files = redis.files();
    files.push(snapshot);
    (tokens, words, files)
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|at| at == needle)
}

/// None of the user's secrets is in `found`, whatever it is spelled like.
fn nothing_in_clear(found: &[Vec<u8>], tokens: &[String]) {
    let key = base64::prelude::BASE64_STANDARD.decode(SESSION_KEY);
    let mut secrets = vec![OPENID.as_bytes().to_vec(), PHONE.as_bytes().to_vec()];
    let key = key.expect("base64");
    secrets.extend(
        spellings(SESSION_KEY, &key)
            .into_iter()
            .map(String::into_bytes),
    );
    secrets.push(key);
    for token in tokens {
        let whole = BASE64_URL_SAFE_NO_PAD
            .decode(&token[4..])
            .expect("base64url");
        // The signature alone would do: the rest of a token can be put together.
        secrets.push(whole[29..].to_vec());
        secrets.push(token.as_bytes().to_vec());
    }
    for secret in &secrets {
        let there = found.iter().any(|bytes| holds(bytes, secret));
        assert!(!there, "{}", String::from_utf8_lossy(secret));
    }
}

/// Everything that Redis was told or keeps is presented as a token, every `step`th place of it.
pub(crate) async fn a_copy_of_redis_lets_nobody_in(step: usize) -> usize {
    let stage = Stage::on_redis().await;
    let redis = stage.redis.as_ref().expect("on redis");
    let (tokens, words, files) = loot(&stage, redis).await;
    let told = |word: &[u8]| words.iter().any(|heard| heard == word);
    assert!(
        told(b"EVAL") && told(b"GET"),
        "there is something to look at"
    );
    assert!(files.len() >= 2 && files.iter().any(|file| holds(file, b":s:")));
    nothing_in_clear(&words, &tokens);
    nothing_in_clear(&files, &tokens);
    let forged = put_together(&words);
    assert!(!forged.is_empty());
    let mut candidates = candidates(&[words, files].concat(), step);
    candidates.extend(forged);
    let tried = candidates.len();
    assert!(!tokens.iter().any(|token| candidates.contains(token)));
    all_refused(&stage, candidates).await;
    // The check itself can find a token.
    let found = super::loot::candidates(&[raw(&tokens[3])], 1);
    assert!(found.contains(&tokens[3]));
    stage.phone.session(&tokens[3]).await.expect(200);
    stage.end().await;
    tried
}

/// A token as it would be if it were stored: bytes among others.
fn raw(token: &str) -> Vec<u8> {
    let whole = BASE64_URL_SAFE_NO_PAD.decode(&token[4..]);
    [&[7; 5][..], &whole.expect("base64url"), &[9; 3]].concat()
}

/// A login that carries a token gets a new one; neither the token nor what it says is taken over.
pub(crate) async fn no_token_is_adopted(stage: &Stage) {
    let old = stage.log_in(OPENID).await;
    let other = stage.log_in("oSomebodyElse").await;
    for carried in [old.as_str(), other.as_str(), "wxs_mine", "mine"] {
        let code = stage.wechat.login_code(OPENID).await;
        let body: Value = json!({ "code": code, "session_rd": carried });
        let carrying = stage
            .phone
            .call("POST", "/v1/login", Some(carried), Some(body));
        let carrying = carrying.await;
        let login = match carrying.status {
            // A body with a member that is not in the contract may be refused as a whole.
            400 => {
                let body = json!({ "code": code });
                let asked = stage
                    .phone
                    .call("POST", "/v1/login", Some(carried), Some(body));
                asked.await.expect(200)
            }
            _ => carrying.expect(200),
        };
        let new = login.token();
        assert_ne!(new, carried);
        assert_ne!(new[16..38], old[16..38], "a session of its own");
        stage.phone.session(&new).await.expect(200);
    }
    stage.phone.session(&old).await.expect(200);
    stage.phone.session(&other).await.expect(200);
}
