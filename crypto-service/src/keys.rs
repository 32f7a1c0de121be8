//! Where the master keys come from.
use std::{fs, io, os::unix::fs::PermissionsExt, path::Path};

use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};
use service_kit::{KeyRing, secret};

/// Permission bits of the group and of everybody else.
const OTHERS: u32 = 0o077;

/// The master keys, from the configuration or the file it names.
pub(crate) fn load(value: Option<&SecretString>, file: Option<&Path>) -> anyhow::Result<KeyRing> {
    let text = secret::load("crypto.master_keys", value, file)?;
    let ring = KeyRing::parse(text.expose_secret()).context("reading crypto.master_keys")?;
    if let Some(path) = file {
        warn_if_exposed(path);
    }
    Ok(ring)
}

/// Only a warning: container secrets are often world-readable in a place of their own.
fn warn_if_exposed(path: &Path) {
    if exposed(path).unwrap_or(false) {
        tracing::warn!(path = %path.display(), "others on this machine can read the master keys");
    }
}

fn exposed(path: &Path) -> io::Result<bool> {
    Ok(fs::metadata(path)?.permissions().mode() & OTHERS != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_that_others_can_read_is_noticed() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mode = |bits| fs::set_permissions(file.path(), fs::Permissions::from_mode(bits));
        for (bits, noticed) in [(0o600, false), (0o640, true), (0o604, true)] {
            mode(bits).unwrap();
            assert_eq!(exposed(file.path()).unwrap(), noticed, "{bits:o}");
        }
    }
}
