//! A disk that is full, fails, or only reads.
use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;
use testkit::{Fleet, found};

use crate::strace::Strace;

const OPERATIONS: usize = 100;
const PATIENCE: Duration = Duration::from_secs(10);

/// What came of using the service while its disk was out of order.
#[derive(Default)]
struct Seen {
    /// Codes that WeChat was asked about for nothing.
    burnt: usize,
    refused: usize,
    served: usize,
}

/// Logs people in and out, and holds each answer against what became of it.
async fn use_it(fleet: &Fleet, name: &str) -> Seen {
    let mut seen = Seen::default();
    for number in 0..OPERATIONS {
        let code = fleet.wechat.login_code(&format!("o{name}{number}")).await;
        let login = fleet.phone.login(&code).await;
        if login.status == 200 {
            seen.served += 1;
            continue;
        }
        assert_eq!(login.problem(), (503, "store_unavailable"));
        seen.refused += 1;
        seen.burnt += fleet.wechat.asked_about(&code).await;
    }
    seen
}

async fn integrity(path: &Path) -> String {
    let url = format!("sqlite:{}", path.display());
    let mut connection = SqliteConnection::connect(&url).await.expect("it opens");
    let checked = sqlx::query_scalar("PRAGMA integrity_check");
    checked
        .fetch_one(&mut connection)
        .await
        .expect("it answers")
}

/// Waits until logins work again, by themselves.
async fn healed(fleet: &Fleet) -> Duration {
    let began = Instant::now();
    loop {
        let code = fleet.wechat.login_code("oAgain").await;
        if fleet.phone.login(&code).await.status == 200 {
            return began.elapsed();
        }
        assert!(began.elapsed() < PATIENCE, "it does not heal");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Where a little room is left, a logout may be written; if it is not, nobody says so.
async fn logout_tells_the_truth(fleet: &Fleet, token: &str) -> bool {
    let done = fleet.phone.logout(token).await.status == 204;
    let answer = fleet.phone.session(token).await;
    assert_eq!(
        answer.status,
        if done { 401 } else { 200 },
        "{}",
        answer.text
    );
    done
}

/// What goes on, and what does not, while nothing can be written.
async fn only_logins_and_logouts_wait(fleet: &Fleet, token: &mut String, ended: &str) {
    let refused = fleet.phone.logout(ended).await;
    assert_eq!(refused.problem(), (503, "store_unavailable"));
    fleet.phone.session(ended).await.expect(200);
    fleet.phone.session(token).await.expect(200);
    *token = fleet.phone.refresh(token).await.expect(200).token();
    fleet.phone.verify(token).await.expect(200);
}

#[tokio::test]
async fn writes_and_fsyncs_that_fail_for_a_while() {
    let faults = [
        ("EIO on fsync", "inject=fsync,fdatasync:error=EIO"),
        ("EIO on write", "inject=pwrite64:error=EIO"),
        ("ENOSPC on write", "inject=pwrite64:error=ENOSPC"),
        (
            "a file system that became read-only",
            "inject=pwrite64,ftruncate,fsync:error=EROFS",
        ),
        (
            "every third fsync EIO",
            "inject=fsync,fdatasync:error=EIO:when=1+3",
        ),
    ];
    for (name, fault) in faults {
        let mut fleet = Fleet::start("").await;
        let (mut token, ended) = (fleet.log_in("oMei").await, fleet.log_in("oMei").await);
        let strace = Strace::attach(&fleet.session, &["-e", fault]).await;
        let always = !fault.contains("when");
        if always {
            only_logins_and_logouts_wait(&fleet, &mut token, &ended).await;
        }
        let seen = use_it(&fleet, "Fault").await;
        drop(strace);
        let after = healed(&fleet).await;
        fleet.phone.logout(&ended).await.expect(204);
        fleet.session.kill();
        assert_eq!(integrity(&fleet.users()).await, "ok");
        fleet.restart_session().await;
        let refused = fleet.phone.session(&ended).await;
        assert_eq!(refused.problem(), (401, "session_revoked"));
        fleet.phone.session(&token).await.expect(200);
        fleet.end().await;
        if always {
            assert_eq!((seen.burnt, seen.served), (0, 0), "{name}");
        }
        let Seen {
            burnt,
            refused,
            served,
        } = seen;
        found(
            "DUR-03",
            &format!("{name}, SQLite (strace)"),
            &format!(
                "{OPERATIONS} logins: {refused} answered 503, {served} 200, {burnt} codes burnt; logins work {} ms after the fault's end; integrity ok",
                after.as_millis()
            ),
        );
    }
}

/// A small file system of its own.
struct Tmpfs(TempDir);

impl Tmpfs {
    fn mount(options: &str) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let tmpfs = Self(dir);
        tmpfs.run("mount", &["-t", "tmpfs", "-o", options, "tmpfs"]);
        tmpfs
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let status = Command::new(program)
            .args(arguments)
            .arg(self.0.path())
            .status();
        let done = status.expect("it runs").success();
        assert!(
            done,
            "{program} {arguments:?}: this check mounts a file system: run it as root"
        );
    }

    fn users(&self) -> PathBuf {
        self.0.path().join("users.db")
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.users().display())
    }

    /// Fills what is left, to the last byte.
    fn fill(&self) -> PathBuf {
        let path = self.0.path().join("filling");
        let mut filling = File::create(&path).expect("a file");
        for size in [65536, 4096, 1] {
            while filling.write_all(&vec![1; size]).is_ok() {}
        }
        path
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[tokio::test]
async fn a_file_system_that_is_full() {
    let disk = Tmpfs::mount("size=8m");
    let mut fleet = Fleet::on_database(&disk.url()).await;
    let (mut token, ended) = (fleet.log_in("oMei").await, fleet.log_in("oMei").await);
    let (mut burnt, mut refused, mut served, mut slowest) = (0, 0, 0, Duration::ZERO);
    for round in 0..10 {
        // The log of writes has grown to some length, whose room can be used again.
        use_it(&fleet, &format!("Before{round}x")).await;
        let filling = disk.fill();
        let seen = use_it(&fleet, &format!("Full{round}x")).await;
        assert!(seen.refused > 0, "the disk was not full");
        (burnt, refused, served) = (
            burnt + seen.burnt,
            refused + seen.refused,
            served + seen.served,
        );
        fleet.phone.session(&token).await.expect(200);
        token = fleet.phone.refresh(&token).await.expect(200).token();
        fs::remove_file(filling).expect("it goes");
        slowest = slowest.max(healed(&fleet).await);
    }
    let filling = disk.fill();
    use_it(&fleet, "Last").await;
    // What was said to be there is there when it comes up on the full disk.
    let done = logout_tells_the_truth(&fleet, &ended).await;
    fleet.session.kill();
    fleet.restart_session().await;
    let answer = fleet.phone.session(&ended).await;
    assert_eq!(answer.status, if done { 401 } else { 200 });
    fleet.phone.session(&token).await.expect(200);
    fleet.phone.refresh(&token).await.expect(200);
    fs::remove_file(filling).expect("it goes");
    fleet.phone.logout(&ended).await.expect(204);
    fleet.session.kill();
    assert_eq!(integrity(&disk.users()).await, "ok");
    fleet.restart_session().await;
    assert_eq!(
        fleet.phone.session(&ended).await.problem(),
        (401, "session_revoked")
    );
    fleet.end().await;
    // The first time at most: then, for a while, the disk is tried before each login.
    assert!(burnt <= 1, "{burnt} codes burnt");
    found(
        "DUR-03",
        "a full file system (tmpfs), SQLite",
        &format!(
            "10 times full, {refused} logins answered 503, {served} 200 in the log's spare room, {burnt} codes burnt; logins work {} ms after there is room; starts on the full disk; integrity ok",
            slowest.as_millis()
        ),
    );
}

#[tokio::test]
async fn a_read_only_file_system_stops_the_start() {
    let disk = Tmpfs::mount("size=8m");
    let mut fleet = Fleet::on_database(&disk.url()).await;
    let token = fleet.log_in("oMei").await;
    assert!(fleet.session.terminate().await.success());
    disk.run("mount", &["-o", "remount,ro"]);
    fleet.launch_session_under(&[]);
    let began = Instant::now();
    while fleet.session.runs() {
        assert!(
            began.elapsed() < PATIENCE,
            "it should have refused to start"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let said = fleet.session.log();
    assert!(said.contains("starting session-service: opening"), "{said}");
    disk.run("mount", &["-o", "remount,rw"]);
    fleet.restart_session().await;
    fleet.phone.session(&token).await.expect(200);
    fleet.log_in("oMei").await;
    fleet.end().await;
    found(
        "DUR-03",
        "a read-only file system at the start, SQLite",
        "the start is refused in one line; once it can be written everybody is still logged in",
    );
}
