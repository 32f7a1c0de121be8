//! Where the master keys come from.
use std::{fs, io, os::unix::fs::PermissionsExt, path::Path};

use anyhow::{Context, ensure};
use secrecy::ExposeSecret;
use service_kit::{Key, KeyRing, secret};

use crate::config::Crypto;

/// Permission bits of the group and of everybody else.
const OTHERS: u32 = 0o077;

/// The master keys, from the configuration or the file it names.
pub(crate) fn load(settings: &Crypto) -> anyhow::Result<KeyRing> {
    let (value, file) = (&settings.master_keys, &settings.master_keys_file);
    let text = secret::load("crypto.master_keys", value.as_ref(), file.as_deref())?;
    let ring = KeyRing::parse(text.expose_secret()).context("reading crypto.master_keys")?;
    for number in 0..=u8::MAX {
        let weak = ring.get(number).is_some_and(is_weak);
        ensure!(!weak, "master key {number} is one byte, repeated");
    }
    if let Some(path) = file {
        warn_if_exposed(path);
    }
    Ok(ring)
}

fn is_weak(key: &Key) -> bool {
    let [first, rest @ ..] = key.expose();
    rest.iter().all(|byte| byte == first)
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

    #[test]
    fn only_a_repeated_byte_is_weak() {
        assert!(is_weak(&Key::from_bytes([7; 32])));
        let mut almost = [7; 32];
        almost[31] = 8;
        assert!(!is_weak(&Key::from_bytes(almost)));
    }
}
