//! PostgreSQL's programs, run as a user whom they accept.
use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
};

/// Where packages put them: Debian and Ubuntu, then Homebrew.
const FOLDERS: [&str; 3] = [
    "/usr/lib/postgresql",
    "/opt/homebrew/opt/postgresql@16",
    "/usr/local/opt/postgresql@16",
];
/// Whom root hands the server to.
const SERVANTS: [&str; 2] = ["postgres", "nobody"];

/// Where the programs are, and as whom they run.
pub(super) struct Programs {
    folder: PathBuf,
    /// User and group, where we are root: the programs refuse to run as root.
    servant: Option<(u32, u32)>,
}

impl Programs {
    /// Finds them, for a server that is to live in `home`, an empty folder of ours.
    pub(super) fn find(home: &Path) -> Self {
        let we_are_root = fs::metadata(home).unwrap().uid() == 0;
        let servant = we_are_root.then(servant);
        if let Some((user, group)) = servant {
            chown(home, Some(user), Some(group)).unwrap();
        }
        let folder = folder().expect(
            "these tests need PostgreSQL's server, which is not installed: run scripts/test, which installs it",
        );
        Self { folder, servant }
    }

    /// One of the programs, to be run.
    pub(super) fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.folder.join(name));
        // Our own folder may be closed to the servant.
        command.current_dir("/").env("LC_ALL", "C");
        if let Some((user, group)) = self.servant {
            command.uid(user).gid(group);
        }
        command
    }

    /// Makes the files of an empty server in `home`, with one user.
    pub(super) fn init_db(&self, home: &Path, user: &str, password: &str) {
        let secret = home.join("password");
        fs::write(&secret, password).unwrap();
        if let Some((user, group)) = self.servant {
            chown(&secret, Some(user), Some(group)).unwrap();
        }
        let made = self
            .command("initdb")
            .arg("-D")
            .arg(home.join("data"))
            .args(["-U", user, "--auth=scram-sha-256", "--no-sync"])
            .args(["--locale=C", "--encoding=UTF8"])
            .arg("--pwfile")
            .arg(&secret)
            .output()
            .unwrap();
        let complaint = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "initdb: {complaint}");
    }
}

/// The folder of the newest version, or of the one on the path.
fn folder() -> Option<PathBuf> {
    let packaged = FOLDERS.iter().flat_map(|folder| {
        let versions = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut versions: Vec<_> = versions.map(|version| version.path()).collect();
        versions.sort();
        let newest_first = versions
            .into_iter()
            .rev()
            .map(|version| version.join("bin"));
        newest_first.chain([Path::new(folder).join("bin")])
    });
    let found = Command::new("sh")
        .args(["-c", "command -v initdb"])
        .output();
    let on_path = found.ok().and_then(|found| {
        let program = PathBuf::from(String::from_utf8(found.stdout).ok()?.trim());
        Some(program.parent()?.to_owned())
    });
    packaged
        .chain(on_path)
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}

fn servant() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let ids = |name: &&str| {
        let line = users
            .lines()
            .find(|line| line.split(':').next() == Some(*name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    let servant = SERVANTS.iter().find_map(ids);
    servant.expect("root has a user postgres or nobody to hand the server to")
}
