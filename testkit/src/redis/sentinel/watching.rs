//! What a Sentinel is told, and what it tells.
use std::collections::HashMap;

use deadpool_redis::redis::RedisResult;

use super::RedisSentinel;
use crate::redis::RedisServer;

/// Seen by each Sentinel: everybody else.
const WHOLE: [(&str, &str); 3] = [
    ("flags", "master"),
    ("num-slaves", "1"),
    ("num-other-sentinels", "2"),
];
/// How often a Sentinel does what it does now and then, in milliseconds; and how often it does so while
/// a test waits for it: otherwise it would take up to ten seconds until it has seen a new replica.
const PERIODS: [(&str, &str, &str); 4] = [
    ("info-period", "10000", "100"),
    ("ping-period", "1000", "100"),
    ("ask-period", "1000", "100"),
    ("publish-period", "2000", "100"),
];

/// Whom a Sentinel watches, and how closely.
pub(super) fn watch(master: &RedisServer) -> Vec<String> {
    let name = RedisSentinel::MASTER_NAME;
    let mut lines = vec![
        format!("sentinel monitor {name} 127.0.0.1 {} 2", master.port()),
        format!(
            "sentinel down-after-milliseconds {name} {}",
            RedisSentinel::DOWN_AFTER.as_millis()
        ),
        format!("sentinel failover-timeout {name} 3000"),
    ];
    if let Some(password) = master.access().owner_password() {
        lines.push(format!("sentinel auth-pass {name} \"{password}\""));
    }
    if let Some(password) = master.access().secret_of_sentinels() {
        lines.push(format!("sentinel sentinel-pass \"{password}\""));
    }
    lines
}

/// The port of the master that a Sentinel names.
pub(super) async fn named(sentinel: &RedisServer) -> RedisResult<u16> {
    let question = [
        "SENTINEL",
        "GET-MASTER-ADDR-BY-NAME",
        RedisSentinel::MASTER_NAME,
    ];
    let (_, port) = sentinel.ask::<(String, u16)>(&question).await?;
    Ok(port)
}

/// Whether a Sentinel knows everybody else, and finds them well.
pub(super) async fn knows_all(sentinel: &RedisServer) -> RedisResult<bool> {
    let question = ["SENTINEL", "MASTER", RedisSentinel::MASTER_NAME];
    let told: HashMap<String, String> = sentinel.ask(&question).await?;
    let is = |(name, value)| told.get(name).is_some_and(|told| told == value);
    let replicas = ["SENTINEL", "REPLICAS", RedisSentinel::MASTER_NAME];
    let replicas: Vec<HashMap<String, String>> = sentinel.ask(&replicas).await?;
    let well = |replica: &HashMap<String, String>| {
        replica.get("flags").is_some_and(|flags| flags == "slave")
            && replica
                .get("master-link-status")
                .is_some_and(|link| link == "ok")
    };
    Ok(WHOLE.into_iter().all(is) && replicas.iter().all(well))
}

/// Makes a Sentinel do everything often, or as often as usual.
pub(super) async fn hurry(sentinel: &RedisServer, fast: bool) {
    let mut order = vec!["SENTINEL", "DEBUG"];
    for (name, usual, fast_value) in PERIODS {
        order.extend([name, if fast { fast_value } else { usual }]);
    }
    let () = sentinel.ask(&order).await.unwrap();
}

/// Whether a replica has all that its master has.
pub(super) async fn follows(replica: &RedisServer, master: &RedisServer) -> RedisResult<bool> {
    let info: String = replica.ask(&["INFO", "replication"]).await?;
    let has = |line: String| info.lines().any(|told| told == line);
    Ok(has("role:slave".to_owned())
        && has(format!("master_port:{}", master.port()))
        && has("master_link_status:up".to_owned()))
}
