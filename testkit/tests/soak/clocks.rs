//! The clock of one program alone jumps: libfaketime. Redis does not run under it; of its clock it uses
//! only how long keys still live, and that is changed instead.
use std::{fs, path::Path};

use deadpool_redis::redis;
use testkit::{Fleet, RedisServer, found};

const LIBRARIES: [&str; 3] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/faketime/libfaketime.so.1",
];
/// As libfaketime spells them, and in hours.
const JUMPS: [(&str, i64); 5] = [
    ("+1h", 1),
    ("-1h", -1),
    ("+1d", 24),
    ("-1d", -24),
    ("-10y", -24 * 3652),
];
const PROGRAMS: [&str; 3] = ["auth-gateway", "session-service", "crypto-service"];
/// What a jump by so many milliseconds does to keys.
const JUMP: &str = "for _, key in ipairs(redis.call('KEYS', '*')) do \
    local left = redis.call('PTTL', key) \
    if left > 0 then redis.call('PEXPIRE', key, left - ARGV[1]) end end";

/// A clock in a file, for one program.
struct Clock<'a>(&'a Path);

impl Clock<'_> {
    fn set(&self, offset: &str) {
        // Whole or not at all: the program may be reading.
        let new = self.0.with_extension("new");
        fs::write(&new, format!("{offset}\n")).expect("a file");
        fs::rename(&new, self.0).expect("it moves");
    }

    /// What a program runs under so that this is its clock. How time passes is not faked.
    fn by(&self) -> Vec<String> {
        let library = LIBRARIES.iter().find(|library| Path::new(library).exists());
        let library = library.expect("libfaketime is needed: apt-get install faketime");
        [
            "env".to_owned(),
            format!("LD_PRELOAD={library}"),
            format!("FAKETIME_TIMESTAMP_FILE={}", self.0.display()),
            "FAKETIME_NO_CACHE=1".to_owned(),
            "FAKETIME_DONT_FAKE_MONOTONIC=1".to_owned(),
            "DONT_FAKE_MONOTONIC=1".to_owned(),
        ]
        .into()
    }
}

async fn redis_jumps(redis: &RedisServer, hours: i64) {
    let mut redis = redis.connect().await.expect("it runs");
    let jump = redis::cmd("EVAL")
        .arg(JUMP)
        .arg(0)
        .arg(hours * 3_600_000)
        .to_owned();
    let () = jump.query_async(&mut redis).await.expect("it jumps");
}

/// Uses the service while the clock is wrong; a session may be over, but never in any other way.
async fn use_it(fleet: &Fleet, token: &str, ended: &str, case: &str) {
    for token in [token, ended] {
        let answer = fleet.phone.session(token).await;
        let fine = answer.status == 200 && token != ended;
        let over = answer.status == 401 && answer.code() != "session_invalid";
        assert!(fine || over, "{case}: {} {}", answer.status, answer.text);
    }
    // Where the clock has jumped far ahead, what Redis is told to keep is kept by our own counting.
    let code = fleet.wechat.login_code("oLi").await;
    let login = fleet.phone.login(&code).await.expect(200);
    let new = login.token();
    let answer = fleet.phone.session(&new).await;
    assert_eq!(answer.status, 200, "{case}: {}", answer.text);
    let new = fleet.phone.refresh(&new).await.expect(200).token();
    fleet.phone.logout(&new).await.expect(204);
    assert_eq!(
        fleet.phone.session(&new).await.problem(),
        (401, "session_revoked"),
        "{case}"
    );
}

/// Somebody who is logged in, and a session of theirs that has ended.
async fn people(fleet: &Fleet) -> [String; 2] {
    let (token, ended) = (fleet.log_in("oMei").await, fleet.log_in("oMei").await);
    fleet.phone.logout(&ended).await.expect(204);
    [token, ended]
}

async fn stays_ended(fleet: &Fleet, ended: &str, case: &str) {
    let refused = fleet.phone.session(ended).await;
    assert_eq!(refused.problem(), (401, "session_revoked"), "{case}");
}

async fn end(fleet: Fleet) {
    let logs = fleet.logs();
    assert!(!logs.contains("panic"), "{logs}");
    fleet.end().await;
}

#[tokio::test]
async fn each_programs_clock_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    for program in PROGRAMS {
        let file = dir.path().join(program);
        let clock = Clock(&file);
        clock.set("+0");
        let mut fleet = Fleet::start("").await;
        let by = |name: &str| {
            if name == program {
                clock.by()
            } else {
                Vec::new()
            }
        };
        fleet.restart_under(by).await;
        for (jump, _) in JUMPS {
            let case = format!("{program} {jump}");
            let [token, ended] = people(&fleet).await;
            for offset in [jump, "+0"] {
                clock.set(offset);
                use_it(&fleet, &token, &ended, &case).await;
            }
            stays_ended(&fleet, &ended, &case).await;
        }
        end(fleet).await;
    }
    let fleet = Fleet::start("").await;
    for (jump, hours) in JUMPS {
        let case = format!("redis-server {jump}");
        let [token, ended] = people(&fleet).await;
        for hours in [hours, -hours] {
            redis_jumps(&fleet.redis, hours).await;
            use_it(&fleet, &token, &ended, &case).await;
        }
        stays_ended(&fleet, &ended, &case).await;
    }
    end(fleet).await;
    found(
        "DEP-11",
        "the clock of one program alone: auth-gateway, session-service, crypto-service (libfaketime), Redis (its keys' lives moved)",
        "+-1 h, +-1 day, -10 years, and back: 0 panics, 0 ended sessions back; logins, refreshes and logouts work at each",
    );
}
