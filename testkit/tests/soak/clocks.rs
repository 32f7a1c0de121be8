//! The clock of one program alone jumps: libfaketime.
use std::{fs, path::Path};

use testkit::{Fleet, found};

const LIBRARIES: [&str; 3] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/faketime/libfaketime.so.1",
];
/// As libfaketime spells them.
const JUMPS: [&str; 5] = ["+1h", "-1h", "+1d", "-1d", "-10y"];
const PROGRAMS: [&str; 4] = [
    "auth-gateway",
    "session-service",
    "crypto-service",
    "redis-server",
];

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

async fn start_with_clock(program: &str, clock: &Clock<'_>) -> Fleet {
    clock.set("+0");
    let mut fleet = Fleet::start("").await;
    if program == "redis-server" {
        let by = clock.by();
        let by: Vec<&str> = by.iter().map(String::as_str).collect();
        fleet.redis.kill();
        fleet.redis.revive_under(&by).await;
    } else {
        let by = |name: &str| {
            if name == program {
                clock.by()
            } else {
                Vec::new()
            }
        };
        fleet.restart_under(by).await;
    }
    fleet
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

#[tokio::test]
async fn each_programs_clock_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    for program in PROGRAMS {
        let file = dir.path().join(program);
        let clock = Clock(&file);
        let fleet = start_with_clock(program, &clock).await;
        for jump in JUMPS {
            let case = format!("{program} {jump}");
            let (token, ended) = (fleet.log_in("oMei").await, fleet.log_in("oMei").await);
            fleet.phone.logout(&ended).await.expect(204);
            clock.set(jump);
            use_it(&fleet, &token, &ended, &case).await;
            clock.set("+0");
            use_it(&fleet, &token, &ended, &case).await;
            let refused = fleet.phone.session(&ended).await;
            assert_eq!(refused.problem(), (401, "session_revoked"), "{case}");
        }
        let logs = fleet.logs();
        assert!(!logs.contains("panic"), "{program}: {logs}");
        fleet.end().await;
    }
    found(
        "DEP-11",
        "clocks of auth-gateway, session-service, crypto-service and Redis, each alone (libfaketime)",
        "+-1 h, +-1 day, -10 years, and back: 0 panics, 0 ended sessions back, logins, refreshes and logouts work at each",
    );
}
