//! Making keys.
use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use service_kit::KeyRing;

/// Writes the key files, each readable by its owner alone.
#[derive(Clone, Debug, Args)]
pub struct Keygen {
    /// The folder for the key files; made where it is missing.
    #[arg(long, value_name = "DIR", default_value = "keys")]
    pub dir: PathBuf,
    /// Make only those that are missing, and leave the others as they are.
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
    /// When a file exists and `--if-missing` was not given (nothing is ever overwritten), or the
    /// folder cannot be written.
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
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.dir)
            .with_context(|| format!("making {}", self.dir.display()))?;
        let paths: Vec<PathBuf> = self
            .only
            .iter()
            .map(|key| self.dir.join(key.name()))
            .collect();
        if let (false, Some(taken)) = (self.if_missing, paths.iter().find(|path| path.exists())) {
            bail!(
                "{} exists: a lost key ends all sessions, so none is overwritten (--if-missing makes only the others)",
                taken.display()
            );
        }
        paths
            .into_iter()
            .map(|path| write_new(&path).map(|made| (path, made)))
            .collect()
    }
}

/// Whether the file was made; false when it is there already.
fn write_new(path: &Path) -> anyhow::Result<bool> {
    let opened = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    let mut file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(error).with_context(|| format!("writing {}", path.display())),
    };
    file.write_all(KeyRing::generate()?.to_text().as_bytes())?;
    file.sync_all()?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

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
        fs::write(dir.path().join("token.key"), "precious").unwrap();
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
            "precious"
        );
    }
}
