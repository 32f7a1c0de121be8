//! Secrets in configuration: given in place, or by the file that holds them.
use std::{
    io,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};

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
    /// The value is nothing but spaces.
    #[error("{0} is empty")]
    Blank(&'static str),
    /// The file has nothing in it.
    #[error("{0} is empty")]
    Empty(PathBuf),
}

/// The secret `name`, from `value` or from the content of `file`, trimmed; exactly one must be set.
///
/// # Errors
/// When neither or both are set, or the file is unreadable or empty.
pub fn load(
    name: &'static str,
    value: Option<&SecretString>,
    file: Option<&Path>,
) -> Result<SecretString, SecretError> {
    match (value, file) {
        (Some(secret), None) => trimmed(secret.expose_secret()).ok_or(SecretError::Blank(name)),
        (None, Some(path)) => read(path),
        (None, None) => Err(SecretError::Missing(name)),
        (Some(_), Some(_)) => Err(SecretError::Ambiguous(name)),
    }
}

/// A line's end, or a space beside it, is no part of a secret.
fn trimmed(text: &str) -> Option<SecretString> {
    let text = text.trim();
    (!text.is_empty()).then(|| SecretString::from(text))
}

fn read(path: &Path) -> Result<SecretString, SecretError> {
    let unreadable = |source| SecretError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let text = zeroize::Zeroizing::new(std::fs::read_to_string(path).map_err(unreadable)?);
    trimmed(&text).ok_or_else(|| SecretError::Empty(path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_place_is_trimmed_and_not_empty() {
        let given = |text: &str| load("password", Some(&text.into()), None);
        assert_eq!(given("hunter2\n").unwrap().expose_secret(), "hunter2");
        for blank in ["", " \n"] {
            assert!(matches!(given(blank), Err(SecretError::Blank("password"))));
        }
    }

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
