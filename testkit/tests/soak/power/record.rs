//! What a program did to its database's files, as strace wrote it down.
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::disk::Disk;

/// The files, by what follows the database's name.
pub(super) const FILES: [&str; 2] = ["users.db", "users.db-wal"];
const CALLS: &str = "trace=pwrite64,write,ftruncate,fsync,fdatasync";

/// One call, on one of the files. Moments are in microseconds since 1970.
pub(super) struct Event {
    pub(super) began_at: u64,
    pub(super) ended_at: u64,
    /// Which of [`FILES`].
    pub(super) file: usize,
    pub(super) what: What,
}

pub(super) enum What {
    Write { offset: usize, bytes: Vec<u8> },
    Truncate(usize),
    Sync { succeeded: bool },
}

/// A record in the making.
pub(super) struct Recording {
    dir: TempDir,
    before: [Vec<u8>; 2],
}

impl Recording {
    /// Of what will be done to the database `users`. What it holds now is brought to the disk.
    pub(super) fn of(users: &Path) -> Self {
        let before = FILES.map(|name| {
            let path = users.with_file_name(name);
            if let Ok(file) = File::options().write(true).open(&path) {
                file.sync_all().expect("it is synced");
            }
            fs::read(path).unwrap_or_default()
        });
        Self {
            dir: tempfile::tempdir().expect("a folder"),
            before,
        }
    }

    fn prefix(&self) -> PathBuf {
        self.dir.path().join("trace")
    }

    /// By what the program is started; `fault` is what strace does to it besides.
    pub(super) fn by(&self, fault: Option<&str>) -> Vec<String> {
        let mut words: Vec<String> = ["strace", "-D", "-ff", "-ttt", "-T", "-y", "-xx"]
            .map(str::to_owned)
            .into();
        words.extend(["-s", "70000", "-e", CALLS].map(str::to_owned));
        if let Some(fault) = fault {
            words.extend(["-e", fault].map(str::to_owned));
        }
        words.extend(["-o".to_owned(), self.prefix().display().to_string()]);
        words
    }

    /// A disk that holds what was there when the record began.
    pub(super) fn disk(&self) -> Disk {
        Disk::holding(self.before.clone())
    }

    /// What has happened so far, in the order in which it ended.
    pub(super) fn events(&self) -> Vec<Event> {
        let threads = fs::read_dir(self.dir.path()).expect("a folder");
        let mut events = Vec::new();
        for thread in threads {
            let text = fs::read_to_string(thread.expect("a file").path()).expect("it is text");
            events.extend(text.lines().filter_map(event));
        }
        assert!(
            !events.is_empty(),
            "strace wrote nothing down: is it installed?"
        );
        events.sort_by_key(|event| event.ended_at);
        events
    }
}

/// One line: `1795615969.168388 pwrite64(19<\x2f..>, "\x00..", 24, 144232) = 24 <0.000031>`.
fn event(line: &str) -> Option<Event> {
    let (began, rest) = line.split_once(' ')?;
    let (call, rest) = rest.split_once('(')?;
    let (_, rest) = rest.split_once('<')?;
    let (path, rest) = rest.split_once('>')?;
    let path = String::from_utf8(bytes(path)?).ok()?;
    let file = FILES
        .iter()
        .position(|name| path.ends_with(&format!("/{name}")))?;
    let (arguments, result) = rest.rsplit_once(") = ")?;
    let (result, took) = result.rsplit_once(" <")?;
    let succeeded = !result.starts_with('-');
    let (began_at, took) = (micros(began)?, micros(took.strip_suffix('>')?)?);
    let mut arguments = arguments.strip_prefix(", ").unwrap_or("").split(", ");
    let what = match call {
        "pwrite64" if succeeded => {
            let written: usize = result.split(' ').next()?.parse().ok()?;
            let mut bytes = bytes(arguments.next()?.trim_matches('"'))?;
            let offset = arguments.nth(1)?.parse().ok()?;
            assert!(bytes.len() >= written, "strace shortened a write");
            bytes.truncate(written);
            What::Write { offset, bytes }
        }
        "ftruncate" if succeeded => What::Truncate(arguments.next()?.parse().ok()?),
        "fsync" | "fdatasync" => What::Sync { succeeded },
        "write" => panic!("the database is written in a way that is not understood: {line:.80}"),
        _ => return None,
    };
    Some(Event {
        began_at,
        ended_at: began_at + took,
        file,
        what,
    })
}

/// `1795615969.168388` in millionths.
fn micros(seconds: &str) -> Option<u64> {
    let (whole, part) = seconds.split_once('.')?;
    let (whole, part): (u64, u64) = (whole.parse().ok()?, part.parse().ok()?);
    Some(whole * 1_000_000 + part)
}

/// `\x0d\x00` as bytes.
fn bytes(escaped: &str) -> Option<Vec<u8>> {
    hex::decode(escaped.replace("\\x", "")).ok()
}
