//! Secrets in configuration: given in place, or by the file that holds them.
use std::{
    io,
    path::{Path, PathBuf},
};

use secrecy::SecretString;

/// Why a secret could not be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Neither the value nor the file is set.
    #[error("neither {0} nor {0}_file is set")]
    Missing(&'static str),
    /// Both are set, and nobody can say which one is meant.
    #[error("{0} and {0}_file are both set")]
    Ambiguous(&'static str),
    /// The file cannot be read.
    #[error("cannot read {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file has nothing in it.
    #[error("{0} is empty")]
    Empty(PathBuf),
}

/// The secret `name`, from `value` or from the trimmed content of `file`; exactly one must be set.
///
/// # Errors
/// When neither or both are set, or the file is unreadable or empty.
pub fn load(
    name: &'static str,
    value: Option<&SecretString>,
    file: Option<&Path>,
) -> Result<SecretString, SecretError> {
    match (value, file) {
        (Some(secret), None) => Ok(secret.clone()),
        (None, Some(path)) => read(path),
        (None, None) => Err(SecretError::Missing(name)),
        (Some(_), Some(_)) => Err(SecretError::Ambiguous(name)),
    }
}

fn read(path: &Path) -> Result<SecretString, SecretError> {
    let unreadable = |source| SecretError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let text = zeroize::Zeroizing::new(std::fs::read_to_string(path).map_err(unreadable)?);
    match text.trim() {
        "" => Err(SecretError::Empty(path.to_owned())),
        secret => Ok(SecretString::from(secret)),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_secret_file_is_read_and_trimmed() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "hunter2\n").unwrap();
        let secret = load("password", None, Some(file.path())).unwrap();
        assert_eq!(secret.expose_secret(), "hunter2");
        assert!(!format!("{secret:?}").contains("hunter2"));
    }

    #[test]
    fn two_sources_or_none_are_refused() {
        let value = SecretString::from("x");
        let both = load("password", Some(&value), Some(Path::new("/nowhere")));
        assert!(matches!(both, Err(SecretError::Ambiguous("password"))));
        assert!(matches!(
            load("password", None, None),
            Err(SecretError::Missing("password"))
        ));
    }
}
