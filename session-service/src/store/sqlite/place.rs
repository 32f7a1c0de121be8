//! Whether the file that is open is the one that others find at its path.
use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A path, and which file was there. Cheap to clone.
///
/// A file that was deleted or replaced is still written to, and all of it is gone with the process.
#[derive(Clone, Debug)]
pub(super) struct Place(Arc<(PathBuf, Identity)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
}

impl Place {
    /// The file that is at `path` now.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        Ok(Self(Arc::new((path.to_owned(), identity(path)?))))
    }

    /// Fails when that file is there no more.
    pub(super) fn check(&self) -> io::Result<()> {
        let (path, known) = &*self.0;
        let found = identity(path)?;
        if found == *known {
            return Ok(());
        }
        let told = "another file took the database's place while it was open";
        Err(io::Error::new(io::ErrorKind::StaleNetworkFileHandle, told))
    }
}

fn identity(path: &Path) -> io::Result<Identity> {
    let found = fs::metadata(path)?;
    Ok(Identity {
        device: found.dev(),
        inode: found.ino(),
    })
}
