//! The power goes: what has not been synced is lost, or some of it, and what was acknowledged is there.
//!
//! strace writes down every write, truncation and sync of the database's files. From that record we know
//! what the disk holds for certain at each moment: the rest is what a power loss may take.
mod disk;
mod ledger;
mod record;

use testkit::{Fleet, found};

use self::{ledger::Ledger, record::Recording};
use crate::chance;

const LOSSES: usize = 200;

/// Starts session-service again, after it ended; from its start on it is recorded what it does to its
/// files. strace does besides what `fault` says.
async fn restart_recorded(fleet: &mut Fleet, fault: Option<&str>) -> Recording {
    let recording = Recording::of(&fleet.users());
    let by = recording.by(fault);
    let by: Vec<&str> = by.iter().map(String::as_str).collect();
    fleet.launch_session_under(&by);
    fleet.session_ready().await;
    recording
}

async fn recorded(fault: Option<&str>) -> (Fleet, Recording) {
    let mut fleet = Fleet::start("").await;
    assert!(fleet.session.terminate().await.success());
    let recording = restart_recorded(&mut fleet, fault).await;
    (fleet, recording)
}

#[tokio::test]
async fn no_power_loss_takes_what_was_acknowledged() {
    let (mut fleet, recording) = recorded(None).await;
    let ledger = Ledger::written(&fleet, 4, 150).await;
    fleet.session.kill();
    let (events, mut disk) = (recording.events(), recording.disk());
    let (first, last) = ledger.span();
    let moment = |_| first + chance::below(last - first);
    let mut moments: Vec<u64> = (0..LOSSES).map(moment).collect();
    moments.sort_unstable();
    let ways: [fn() -> bool; 2] = [|| false, || chance::below(2) == 0];
    let (mut coming, mut checked) = (events.iter().peekable(), 0);
    for moment in moments {
        while let Some(event) = coming.next_if(|event| event.ended_at <= moment) {
            disk.does(event);
        }
        for survives in ways {
            let dir = disk.after_power_loss(survives);
            checked += ledger.holds(&dir.path().join("users.db"), moment).await;
        }
    }
    assert!(checked > LOSSES, "hardly anything was acknowledged");
    found(
        "DUR-01",
        "power loss at random moments under logins and logouts, SQLite: un-synced writes lost, all of them or every other sector (recorded with strace, replayed)",
        &format!(
            "{} power losses, {checked} acknowledged logins and logouts looked up, 0 lost; integrity ok each time",
            LOSSES * ways.len()
        ),
    );
}

#[tokio::test]
async fn nothing_is_acknowledged_before_its_sync_has_ended() {
    let slow = "inject=fsync,fdatasync:delay_enter=200000";
    let (mut fleet, recording) = recorded(Some(slow)).await;
    let ledger = Ledger::written(&fleet, 1, 20).await;
    let (events, mut disk) = (recording.events(), recording.disk());
    let mut coming = events.iter().peekable();
    for moment in ledger.moments() {
        let before = disk.syncs();
        while let Some(event) = coming.next_if(|event| event.began_at <= moment) {
            assert!(event.ended_at <= moment, "told while it was being written");
            disk.does(event);
        }
        assert!(disk.is_clean(), "told while something was not synced");
        assert!(disk.syncs() > before, "told without a sync");
    }
    fleet.session.kill();
    found(
        "DUR-01",
        "each acknowledgement held against strace's record, each fsync made to last 200 ms, SQLite",
        &format!(
            "{} logins and logouts: everything written was synced before",
            ledger.len()
        ),
    );
}

/// What the system shows after a failed sync need not be on the disk; what is appended to it would be
/// lost with it.
#[tokio::test]
async fn what_follows_a_failed_sync_and_a_restart_is_on_the_disk() {
    let (mut fleet, recording) = recorded(None).await;
    let before = Ledger::written(&fleet, 1, 3).await;
    fleet.session.kill();
    let mut disk = recording.disk();
    disk.does_all(&recording.events());

    let fault = "inject=fsync,fdatasync:error=EIO:when=3+";
    let recording = restart_recorded(&mut fleet, Some(fault)).await;
    let code = fleet.wechat.login_code("oLost").await;
    fleet.phone.login(&code).await.expect(503);
    fleet.session.kill();
    disk.does_all(&recording.events());
    assert!(disk.has_failed(), "no sync failed");

    let recording = restart_recorded(&mut fleet, None).await;
    let after = Ledger::written(&fleet, 1, 3).await;
    fleet.session.kill();
    disk.does_all(&recording.events());
    let dir = disk.after_power_loss(|| false);
    let users = dir.path().join("users.db");
    let checked = before.holds(&users, u64::MAX).await + after.holds(&users, u64::MAX).await;
    assert_eq!(checked, before.len() + after.len());
    found(
        "DUR-03",
        "fsync fails, the program is killed, started and used again, and the power goes, SQLite (recorded with strace, replayed)",
        &format!("of {checked} acknowledged logins and logouts 0 lost"),
    );
}
