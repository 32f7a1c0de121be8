//! Making keys.
use std::{
    fs::File,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, ensure};
use clap::{Args, ValueEnum};
use secrecy::ExposeSecret;
use service_kit::{KeyRing, secret};
use tempfile::NamedTempFile;

use crate::folder;

/// Writes the key files, each readable by its owner alone. Nothing is ever overwritten.
#[derive(Clone, Debug, Args)]
pub struct Keygen {
    /// The folder for the key files; made where it is missing.
    #[arg(long, value_name = "DIR", default_value = "keys")]
    pub dir: PathBuf,
    /// Make only those that are missing; leave those that hold a key as they are.
    #[arg(long)]
    pub if_missing: bool,
    /// Make only these.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [KeyFile::Master, KeyFile::Token, KeyFile::Index])]
    pub only: Vec<KeyFile>,
}

/// One key file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeyFile {
    /// master.key, for crypto-service alone: seals what WeChat gives.
    Master,
    /// token.key, for session-service: signs tokens.
    Token,
    /// index.key, for session-service: names users, seals records. It must never change.
    Index,
}

impl KeyFile {
    /// The file's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Master => "master.key",
            Self::Token => "token.key",
            Self::Index => "index.key",
        }
    }
}

impl Keygen {
    /// Makes the files and says which.
    ///
    /// # Errors
    /// When a file exists and `--if-missing` was not given (nothing is ever overwritten), when one
    /// exists that holds no keys, or the folder cannot be written.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        for (path, made) in self.make()? {
            println!("{} {}", if made { "made" } else { "kept" }, path.display());
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Makes the files; answers each path, and whether it was made.
    ///
    /// # Errors
    /// As [`Keygen::run`].
    pub fn make(&self) -> anyhow::Result<Vec<(PathBuf, bool)>> {
        folder::make(&self.dir)?;
        let paths: Vec<PathBuf> = self
            .only
            .iter()
            .map(|key| self.dir.join(key.name()))
            .collect();
        for taken in paths.iter().filter(|path| path.exists()) {
            ensure!(
                self.if_missing,
                "{} exists: a lost key ends all sessions, so none is overwritten (--if-missing makes only the others)",
                taken.display()
            );
            holds_keys(taken)?;
        }
        paths
            .into_iter()
            .map(|path| write_new(&path).map(|made| (path, made)))
            .collect()
    }
}

/// A file that was cut short, or is something else, would be refused when the service starts.
fn holds_keys(path: &Path) -> anyhow::Result<()> {
    let told = || {
        format!(
            "{} exists and holds no usable keys; nothing was overwritten: put the right file there, or remove it",
            path.display()
        )
    };
    let text = secret::load("key", None, Some(path)).with_context(told)?;
    KeyRing::parse(text.expose_secret()).with_context(told)?;
    Ok(())
}

/// Whether the file was made; false when it is there already.
///
/// It appears under its name only when all of it is on the disk: a process that is killed, or a
/// full disk, leaves no half-written key behind.
fn write_new(path: &Path) -> anyhow::Result<bool> {
    let writing = || format!("writing {}", path.display());
    if path.exists() {
        return Ok(false);
    }
    let dir = path.parent().context("a key file is in a folder")?;
    let mut file = NamedTempFile::with_prefix_in(".new-key-", dir).with_context(writing)?;
    file.write_all(KeyRing::generate()?.to_text().as_bytes())
        .with_context(writing)?;
    file.as_file().sync_all().with_context(writing)?;
    match file.persist_noclobber(path) {
        Ok(_) => {}
        // Somebody else was faster.
        Err(lost) if lost.error.kind() == ErrorKind::AlreadyExists => {
            return holds_keys(path).map(|()| false);
        }
        Err(lost) => return Err(lost.error).with_context(writing),
    }
    let entered = File::open(dir).and_then(|dir| dir.sync_all());
    entered.with_context(writing)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    fn keygen(dir: &Path, if_missing: bool) -> Keygen {
        let only = vec![KeyFile::Master, KeyFile::Token, KeyFile::Index];
        Keygen {
            dir: dir.to_owned(),
            if_missing,
            only,
        }
    }

    #[test]
    fn keys_are_for_their_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        keygen(&dir.path().join("new"), false).make().unwrap();
        for name in ["master.key", "token.key", "index.key"] {
            let path = dir.path().join("new").join(name);
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
            assert_eq!(
                KeyRing::parse(&fs::read_to_string(&path).unwrap())
                    .unwrap()
                    .len(),
                1
            );
        }
    }

    #[test]
    fn no_key_is_ever_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let precious = KeyRing::generate().unwrap().to_text();
        fs::write(dir.path().join("token.key"), &precious).unwrap();
        assert!(keygen(dir.path(), false).make().is_err());
        assert!(!dir.path().join("master.key").exists(), "all or nothing");
        let made: Vec<bool> = keygen(dir.path(), true)
            .make()
            .unwrap()
            .into_iter()
            .map(|(_, made)| made)
            .collect();
        assert_eq!(made, [true, false, true]);
        assert_eq!(
            fs::read_to_string(dir.path().join("token.key")).unwrap(),
            *precious
        );
    }

    #[test]
    fn a_file_without_keys_is_an_error_and_stays() {
        for text in ["", "\n", "precious", "1 c2hvcnQ=\n"] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("token.key");
            fs::write(&path, text).unwrap();
            let refused = keygen(dir.path(), true).make().unwrap_err();
            let told = refused.to_string();
            assert!(
                told.contains("token.key") && told.contains("nothing was overwritten"),
                "{told}"
            );
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
            assert!(!dir.path().join("master.key").exists(), "all or nothing");
        }
    }

    #[test]
    fn nothing_is_left_beside_the_keys() {
        let dir = tempfile::tempdir().unwrap();
        keygen(dir.path(), false).make().unwrap();
        let mut names: Vec<_> = fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["index.key", "master.key", "token.key"]);
    }

    #[test]
    fn a_faster_writer_keeps_its_key() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token.key");
        let makers: Vec<_> = (0..8)
            .map(|_| {
                let dir = dir.path().to_owned();
                std::thread::spawn(move || keygen(&dir, true).make().unwrap()[1].1)
            })
            .collect();
        let made = makers.into_iter().map(|maker| maker.join().unwrap());
        assert_eq!(made.filter(|made| *made).count(), 1);
        KeyRing::parse(&fs::read_to_string(path).unwrap()).unwrap();
    }
}
