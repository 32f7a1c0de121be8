//! DEP-09: whatever Redis says instead of an answer, it is 503 and has its own reason; a logout
//! succeeds all the same.
use std::time::Duration;

use session_service::config::RedisConfig;
use testkit::RedisServer;
use wx_proto::common::v1::ErrorReason;

use crate::{
    bounded,
    edge::reason,
    system::{Store, System},
};

/// What is still possible.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    Go,
    Fail,
}

async fn on_redis() -> System {
    System::with(Store::Redis, |config| {
        let redis = config.redis.take().unwrap();
        config.redis = Some(RedisConfig {
            timeout: Duration::from_secs(2),
            ..redis
        });
    })
    .await
}

fn failures(system: &System, reason: &str) -> u64 {
    system.count(&format!(
        r#"session_store_failures_total{{reason="{reason}"}}"#
    ))
}

/// While Redis says `word`: logins are 503, reads as told, a logout is done, and the word is counted.
async fn says(system: &mut System, word: &str, reads: Reads, [stays, leaves]: [&str; 2]) {
    let openid = system.newcomer().await;
    let code = system.wechat.code(&openid).await;
    let refused = system.login(&code).await.map(drop).unwrap_err();
    assert_eq!(refused.reason, ErrorReason::StoreUnavailable, "{word}");
    assert!(refused.retry_after.is_some(), "{word}");
    let read = system.verify(stays).await;
    match reads {
        Reads::Go => drop(read.unwrap()),
        Reads::Fail => assert_eq!(reason(read), ErrorReason::StoreUnavailable, "{word}"),
    }
    system.logout(leaves).await.unwrap();
    let over = reason(system.verify(leaves).await);
    assert_eq!(over, ErrorReason::SessionRevoked, "{word}");
    assert!(failures(system, word) > 0, "{word} is counted");
    assert_eq!(failures(system, "other"), 0, "{word} is known");
}

/// All is well again: at once, or when Redis is.
async fn recovered(system: &System, stays: &str) {
    let openid = system.newcomer().await;
    loop {
        let code = system.wechat.code(&openid).await;
        match system.login(&code).await {
            Ok(_) => break,
            Err(refused) => assert_eq!(refused.reason, ErrorReason::StoreUnavailable),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    system.verify(stays).await.unwrap();
}

/// Two tokens that were seen before: the first use of one writes.
async fn tokens(system: &System) -> [String; 2] {
    let tokens = [system.token().await, system.token().await];
    for token in &tokens {
        system.verify(token).await.unwrap();
    }
    tokens
}

/// One fault, made and mended by orders to Redis.
async fn told(word: &str, reads: Reads, make: &[&[&str]], mend: &[&[&str]]) {
    bounded(async {
        let mut system = on_redis().await;
        let [stays, leaves] = tokens(&system).await;
        for order in make {
            let () = system.redis().ask(order).await.unwrap();
        }
        says(&mut system, word, reads, [&stays, &leaves]).await;
        for order in mend {
            let () = system.redis().ask(order).await.unwrap();
        }
        recovered(&system, &stays).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_redis_lets_users_be_known_and_leave() {
    let full = &["CONFIG", "SET", "maxmemory", "1"][..];
    told(
        "oom",
        Reads::Go,
        &[full],
        &[&["CONFIG", "SET", "maxmemory", "0"]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_only_reads_says_readonly() {
    let demoted = &["REPLICAOF", "127.0.0.1", "1"][..];
    told(
        "readonly",
        Reads::Go,
        &[demoted],
        &[&["REPLICAOF", "NO", "ONE"]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_without_its_master_says_masterdown() {
    let silent = &["CONFIG", "SET", "replica-serve-stale-data", "no"][..];
    let demoted = &["REPLICAOF", "127.0.0.1", "1"][..];
    let promoted = &["REPLICAOF", "NO", "ONE"][..];
    told("masterdown", Reads::Fail, &[silent, demoted], &[promoted]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_without_replicas_says_noreplicas() {
    let lonely = &["CONFIG", "SET", "min-replicas-to-write", "1"][..];
    let content = &["CONFIG", "SET", "min-replicas-to-write", "0"][..];
    told("noreplicas", Reads::Go, &[lonely], &[content]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_asks_for_a_password_says_noauth() {
    let locked = &["CONFIG", "SET", "requirepass", "secret"][..];
    let thrown_out = &["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"][..];
    bounded(async {
        let mut system = on_redis().await;
        let [stays, leaves] = tokens(&system).await;
        let mut owner = system.redis().connect().await.unwrap();
        for order in [locked, thrown_out] {
            let mut command = deadpool_redis::redis::cmd(order[0]);
            command.arg(&order[1..]);
            let _: deadpool_redis::redis::Value = command.query_async(&mut owner).await.unwrap();
        }
        says(&mut system, "noauth", Reads::Fail, [&stays, &leaves]).await;
        let mut unlock = deadpool_redis::redis::cmd("CONFIG");
        unlock.arg("SET").arg("requirepass").arg("");
        let () = unlock.query_async(&mut owner).await.unwrap();
        recovered(&system, &stays).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_rights_hears_noperm() {
    let fewer = &["ACL", "SETUSER", "default", "-eval"][..];
    told(
        "noperm",
        Reads::Go,
        &[fewer],
        &[&["ACL", "SETUSER", "default", "+eval"]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_cannot_save_says_misconf() {
    bounded(async {
        let mut system = on_redis().await;
        let [stays, leaves] = tokens(&system).await;
        let (_, dir): (String, String) =
            system.redis().ask(&["CONFIG", "GET", "dir"]).await.unwrap();
        // Where the file is to be, there is a folder that is not empty.
        let taken = std::path::Path::new(&dir).join("dump.rdb");
        std::fs::create_dir_all(taken.join("x")).unwrap();
        let () = system
            .redis()
            .ask(&["CONFIG", "SET", "save", "3600 1"])
            .await
            .unwrap();
        let () = system.redis().ask(&["BGSAVE"]).await.unwrap();
        let failed = |info: &str| info.contains("rdb_last_bgsave_status:err");
        while !failed(
            &system
                .redis()
                .ask::<String>(&["INFO", "persistence"])
                .await
                .unwrap(),
        ) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        says(&mut system, "misconf", Reads::Go, [&stays, &leaves]).await;
        let () = system
            .redis()
            .ask(&["CONFIG", "SET", "save", ""])
            .await
            .unwrap();
        recovered(&system, &stays).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_in_the_hands_of_a_script_says_busy() {
    bounded(async {
        let mut system = on_redis().await;
        let [stays, leaves] = tokens(&system).await;
        let () = system
            .redis()
            .ask(&["CONFIG", "SET", "lua-time-limit", "5"])
            .await
            .unwrap();
        let mut owner = system.redis().connect().await.unwrap();
        let endless = tokio::spawn(async move {
            let mut endless = deadpool_redis::redis::cmd("EVAL");
            endless.arg("while true do end").arg(0);
            endless.query_async::<()>(&mut owner).await
        });
        while system.redis().ask::<String>(&["PING"]).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        says(&mut system, "busy", Reads::Fail, [&stays, &leaves]).await;
        let () = system.redis().ask(&["SCRIPT", "KILL"]).await.unwrap();
        assert!(endless.await.unwrap().is_err(), "it was killed");
        recovered(&system, &stays).await;
    })
    .await;
}

/// A copy that takes over what another one has: reading it takes a while.
#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_reads_its_records_says_loading() {
    bounded(async {
        let mut system = on_redis().await;
        let [stays, leaves] = tokens(&system).await;
        let other = RedisServer::start().await;
        let fill = "for n = 1, 3000 do redis.call('SET', 'k' .. n, n) end";
        let () = other.ask(&["EVAL", fill, "0"]).await.unwrap();
        for (setting, value) in [
            ("key-load-delay", "1000"),
            ("loading-process-events-interval-bytes", "1024"),
        ] {
            system.redis().configure(setting, value).await;
        }
        let port = other.port().to_string();
        let () = system
            .redis()
            .ask(&["REPLICAOF", "127.0.0.1", &port])
            .await
            .unwrap();
        let loads = |answer: Result<String, deadpool_redis::redis::RedisError>| {
            answer.is_err_and(|error| error.code() == Some("LOADING"))
        };
        while !loads(system.redis().ask(&["GET", "k1"]).await) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        says(&mut system, "loading", Reads::Fail, [&stays, &leaves]).await;
        let _ = stays;
    })
    .await;
}

/// Registered users are still known, what was ended stays ended, and everybody else logs in again.
#[tokio::test(flavor = "multi_thread")]
async fn a_flushed_redis_logs_everybody_out_and_revives_nobody() {
    bounded(async {
        let mut system = on_redis().await;
        let openid = system.newcomer().await;
        let code = system.wechat.code(&openid).await;
        let login = system.login(&code).await.unwrap();
        let ended = system.token().await;
        let kept = system.records.dump().await.unwrap();
        system.logout(&ended).await.unwrap();
        let () = system.redis().ask(&["FLUSHALL"]).await.unwrap();
        let over = reason(system.verify(&login.session_rd).await);
        assert_eq!(over, ErrorReason::SessionExpired);
        let mut redis = system.redis().connect().await.unwrap();
        for (key, value) in kept {
            let mut set = deadpool_redis::redis::cmd("SET");
            let () = set
                .arg(key)
                .arg(value)
                .query_async(&mut redis)
                .await
                .unwrap();
        }
        system.verify(&login.session_rd).await.unwrap();
        let over = reason(system.verify(&ended).await);
        assert_eq!(over, ErrorReason::SessionRevoked);
        let code = system.wechat.code(&openid).await;
        let again = system.login(&code).await.unwrap();
        assert!(!again.is_new);
        assert_eq!(again.user.unwrap().id, login.user.unwrap().id);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_redis_would_keep_for_ever_ends_all_the_same() {
    bounded(async {
        let mut system = on_redis().await;
        let token = system.token().await;
        let token = system.refresh(&token).await.unwrap();
        system.verify(&token).await.unwrap();
        let keys: Vec<String> = system.redis().ask(&["KEYS", "wxg:*"]).await.unwrap();
        assert!(keys.iter().any(|key| key.contains(":s:")));
        for key in &keys {
            let life: i64 = system.redis().ask(&["PTTL", key]).await.unwrap();
            assert!(life > 0, "{key} lives {life} ms");
            let () = system.redis().ask(&["PERSIST", key]).await.unwrap();
        }
        system.pass_almost(Duration::from_mins(30));
        system.verify(&token).await.unwrap();
        system.pass(crate::system::MILLI);
        let over = reason(system.verify(&token).await);
        assert_eq!(over, ErrorReason::SessionExpired);
    })
    .await;
}
