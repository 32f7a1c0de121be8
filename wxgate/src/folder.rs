//! The folder where users and keys are kept.
use std::{
    fs::{self, File, TryLockError},
    io::ErrorKind,
    os::unix::fs::DirBuilderExt,
    path::Path,
};

use anyhow::{Context, bail};

/// What is locked there. It stays, empty: whoever removed it would let a second process in.
const LOCK: &str = "lock";

/// Makes a folder, for its owner alone, where it is missing.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn make(dir: &Path) -> anyhow::Result<()> {
    let made = fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir);
    made.with_context(|| {
        let above = dir.ancestors().skip(1).find(|above| above.exists());
        // A relative path ends with an empty one.
        let above = above.unwrap_or(Path::new("."));
        format!(
            "the folder {} cannot be made: is {} a folder that may be written?",
            dir.display(),
            above.display()
        )
    })
}

/// A folder that one process uses, for as long as this lives. The operating system ends it with the
/// process, however that ends.
pub(crate) struct Claim {
    _lock: File,
}

impl Claim {
    /// Makes the folder where it is missing, and takes it. Where the file system knows no locks, it
    /// only warns.
    ///
    /// # Errors
    /// When another process has it, or it cannot be made or written.
    pub(crate) fn take(dir: &Path) -> anyhow::Result<Self> {
        make(dir)?;
        let shown = dir.display();
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(dir.join(LOCK))
            .with_context(|| format!("the folder {shown} cannot be written"))?;
        judge(lock.try_lock(), dir)?;
        Ok(Self { _lock: lock })
    }
}

/// Whether to go on after an attempt to lock `dir`.
fn judge(attempt: Result<(), TryLockError>, dir: &Path) -> anyhow::Result<()> {
    let shown = dir.display();
    match attempt {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => bail!(
            "another wxgate keeps its users and keys in {shown}: end it, or name another --data-dir"
        ),
        // Nobody could start there otherwise. There is no log yet.
        Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {
            eprintln!(
                "wxgate: the file system of {shown} has no locks: let no other wxgate use this folder"
            );
            Ok(())
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("locking {shown}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_one_processes_until_it_ends() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("data");
        let first = Claim::take(&place).unwrap();
        let refused = Claim::take(&place).err().unwrap().to_string();
        assert!(refused.contains("another wxgate"), "{refused}");
        drop(first);
        Claim::take(&place).unwrap();
    }

    #[test]
    fn a_file_system_without_locks_bars_nobody() {
        let attempt =
            |kind: ErrorKind| judge(Err(TryLockError::Error(kind.into())), Path::new("data"));
        attempt(ErrorKind::Unsupported).unwrap();
        for kind in [ErrorKind::PermissionDenied, ErrorKind::Other] {
            let refused = attempt(kind).unwrap_err().to_string();
            assert_eq!(refused, "locking data", "{kind:?}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_names_where_nothing_can_be_written() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        for place in [Path::new("/proc/there/data"), &file.join("data")] {
            let above = place.parent().unwrap();
            let above = if above.exists() {
                above
            } else {
                Path::new("/proc")
            };
            let refused = make(place).unwrap_err().to_string();
            let told = format!("is {} a folder that may be written", above.display());
            assert!(refused.contains(&told), "{refused}");
        }
    }
}
