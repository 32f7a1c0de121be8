//! The disk that holds users and revocations fails.
use sqlx::{Connection, SqliteConnection};
use testkit::{Fleet, Phone, Stage, Wechat, assert_in_time, impatient, story, timed};

async fn connect(path: &std::path::Path) -> SqliteConnection {
    let url = format!("sqlite:{}", path.display());
    SqliteConnection::connect(&url).await.expect("it opens")
}

/// A code that WeChat has not been asked about, and that a failed login left alone.
async fn unspent_code((phone, wechat): (&Phone, &Wechat), openid: &str) -> String {
    let code = wechat.login_code(openid).await;
    let refused = phone.login(&code).await;
    assert_eq!(refused.problem(), (503, "store_unavailable"));
    assert_eq!(wechat.asked_about(&code).await, 0);
    code
}

/// A full disk, to a process that cannot have one of its own: no file may grow.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_stops_logins_and_logouts_and_nothing_else() {
    story(async {
        let mut fleet = Fleet::start("").await;
        let (kept, ended) = (fleet.log_in("oMei").await, fleet.log_in("oMei").await);
        // A process that has not written yet: nothing it knows speaks against the disk.
        assert!(fleet.session.terminate().await.success());
        fleet.restart_session().await;
        fleet.session.limit_files(Some(0));
        let sides = (&fleet.phone, &fleet.wechat);
        let mut codes = vec![unspent_code(sides, "oLi").await];
        let refused = fleet.phone.logout(&ended).await;
        assert_eq!(refused.problem(), (503, "store_unavailable"));
        fleet.phone.session(&ended).await.expect(200);
        // Somebody new, and somebody known.
        for openid in ["oWang", "oMei", "oLi"] {
            codes.push(unspent_code(sides, openid).await);
        }
        fleet.phone.session(&kept).await.expect(200);
        let kept = fleet.phone.refresh(&kept).await.expect(200).token();

        fleet.session.limit_files(None);
        fleet.phone.logout(&ended).await.expect(204);
        for code in codes {
            fleet.phone.login(&code).await.expect(200);
        }
        fleet.session.kill();
        assert_eq!(integrity(&fleet.users()).await, "ok");
        fleet.restart_session().await;
        fleet.phone.session(&kept).await.expect(200);
        let refused = fleet.phone.session(&ended).await;
        assert_eq!(refused.problem(), (401, "session_revoked"));
        fleet.end().await;
    })
    .await;
}

#[cfg(target_os = "linux")]
async fn integrity(path: &std::path::Path) -> String {
    let mut connection = connect(path).await;
    let checked = sqlx::query_scalar("PRAGMA integrity_check");
    checked
        .fetch_one(&mut connection)
        .await
        .expect("it answers")
}

#[tokio::test]
async fn a_database_that_somebody_else_locks_is_waited_for_only_a_moment() {
    story(timed(async || {
        let dir = tempfile::tempdir().expect("a folder");
        let users = dir.path().join("users.db");
        let url = format!("sqlite:{}", users.display());
        let stage = Stage::with(|plan| {
            plan.session.database.url = url;
            impatient(plan);
        })
        .await;
        let token = stage.log_in("oMei").await;
        let mut other = connect(&users).await;
        let locked = other.begin_with("BEGIN IMMEDIATE").await.expect("it locks");
        let refused = stage.phone.logout(&token).await;
        // Not 504: session-service gives up first, and says why.
        assert_in_time(refused.status != 504, &refused.text);
        assert_eq!(refused.problem(), (503, "store_unavailable"));
        let code = unspent_code((&stage.phone, &stage.wechat), "oLi").await;
        stage.phone.session(&token).await.expect(200);
        let token = stage.phone.refresh(&token).await.expect(200).token();
        locked.rollback().await.expect("it unlocks");
        stage.phone.login(&code).await.expect(200);
        stage.phone.logout(&token).await.expect(204);
        stage.end().await;
    }))
    .await;
}

#[tokio::test]
async fn a_database_file_that_is_deleted_takes_no_more_promises() {
    story(async {
        let fleet = Fleet::start("").await;
        let token = fleet.log_in("oMei").await;
        std::fs::remove_file(fleet.users()).expect("it was there");
        let refused = fleet.phone.logout(&token).await;
        assert_eq!(refused.problem(), (503, "store_unavailable"));
        unspent_code((&fleet.phone, &fleet.wechat), "oLi").await;
        fleet.phone.session(&token).await.expect(200);
        fleet.phone.verify(&token).await.expect(200);
        fleet.end().await;
    })
    .await;
}

/// Copies the database while it is in use.
async fn back_up(users: &std::path::Path, copy: &std::path::Path) {
    let mut connection = connect(users).await;
    let into = format!("VACUUM INTO '{}'", copy.display());
    sqlx::raw_sql(sqlx::AssertSqlSafe(into))
        .execute(&mut connection)
        .await
        .expect("a copy");
}

/// Puts the copy in the database's place.
fn put_back(users: &std::path::Path, copy: &std::path::Path) {
    for beside in ["db-wal", "db-shm"] {
        // Gone already, unless the program left something behind.
        let _ = std::fs::remove_file(users.with_extension(beside));
    }
    std::fs::rename(copy, users).expect("it is put back");
}

#[tokio::test]
async fn an_older_database_ends_the_sessions_that_came_after_it() {
    story(async {
        let mut fleet = Fleet::start("").await;
        let (old, ended) = (fleet.log_in("oMei").await, fleet.log_in("oMei").await);
        let (users, copy) = (fleet.users(), fleet.users().with_extension("copy"));
        back_up(&users, &copy).await;
        fleet.phone.logout(&ended).await.expect(204);
        let later = fleet.log_in("oMei").await;
        assert!(fleet.session.terminate().await.success());
        put_back(&users, &copy);
        fleet.restart_session().await;
        // Another replica could have written rows a moment ago: only the next reading shows that none are there.
        while fleet.phone.session(&later).await.status == 200 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let refused = fleet.phone.session(&later).await;
        assert_eq!(refused.problem(), (401, "session_expired"));
        assert!(fleet.session.log().contains("the database was set back"));
        fleet.phone.session(&old).await.expect(200);
        let anew = fleet.log_in("oMei").await;
        fleet.phone.session(&anew).await.expect(200);
        fleet.end().await;
    })
    .await;
}
