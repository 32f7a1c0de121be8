//! `[database]`: where users and revocations are kept.
use std::{
    fmt,
    path::{Path, PathBuf},
};

use anyhow::Context;
use secrecy::SecretString;
use serde::Deserialize;
use service_kit::secret;

use crate::store::PostgresSettings;

/// `[database]`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseSettings {
    /// `sqlite:` and the file's path, or `postgres://user@host:port/database`, where
    /// `?sslmode=verify-full&sslrootcert=FILE` may follow.
    pub url: String,
    /// The file that holds it, where it holds a password.
    pub url_file: Option<PathBuf>,
    /// The file that holds the password alone.
    pub password_file: Option<PathBuf>,
    /// Connections to PostgreSQL at most, by each session-service; one more listens.
    pub connections: u32,
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self {
            url: "sqlite:wxgate.db".to_owned(),
            url_file: None,
            password_file: None,
            connections: 8,
        }
    }
}

/// Shows no password.
impl fmt::Debug for DatabaseSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = ["sqlite:", "postgres:", "postgresql:"];
        let scheme = known.iter().find(|scheme| self.url.starts_with(**scheme));
        f.debug_struct("DatabaseSettings")
            .field("url", &format_args!("{}..", scheme.unwrap_or(&"")))
            .field("url_file", &self.url_file)
            .field("password_file", &self.password_file)
            .field("connections", &self.connections)
            .finish()
    }
}

/// Which database is meant.
pub(super) enum Database {
    Sqlite(PathBuf),
    Postgres(PostgresSettings),
}

impl DatabaseSettings {
    /// The database at `url`, everything else by default.
    #[must_use]
    pub fn at(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            ..Self::default()
        }
    }

    pub(super) fn database(&self) -> anyhow::Result<Database> {
        use secrecy::ExposeSecret;
        let url = self.secret_url()?;
        if let Some(path) = url.expose_secret().strip_prefix("sqlite:") {
            anyhow::ensure!(
                self.password_file.is_none(),
                "database.password_file is for postgres://"
            );
            // What other programs give a meaning would be a strange file's name here.
            let plain = !path.is_empty() && !path.contains(['?', '#']) && !path.starts_with("//");
            anyhow::ensure!(
                plain && path != ":memory:",
                "database.url is sqlite: and the path of a file, nothing else"
            );
            return Ok(Database::Sqlite(PathBuf::from(path)));
        }
        let scheme = url.expose_secret().split("://").next();
        anyhow::ensure!(
            matches!(scheme, Some("postgres" | "postgresql")),
            "database.url must start with sqlite: or postgres://"
        );
        anyhow::ensure!(
            self.connections > 0,
            "database.connections must be at least 1"
        );
        Ok(Database::Postgres(PostgresSettings {
            url,
            password: self.password()?,
            connections: self.connections,
        }))
    }

    fn secret_url(&self) -> anyhow::Result<SecretString> {
        let in_place = self.url != Self::default().url || self.url_file.is_none();
        let value = in_place.then(|| SecretString::from(self.url.as_str()));
        secret::load("database.url", value.as_ref(), self.url_file.as_deref())
            .context("where the database is")
    }

    fn password(&self) -> anyhow::Result<Option<SecretString>> {
        let read = |path: &Path| secret::load("database.password", None, Some(path));
        let password = self.password_file.as_deref().map(read).transpose();
        password.context("the database's password")
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    const ADDRESS: &str = "postgres://wxgate@db/wxgate";

    fn postgres(settings: &DatabaseSettings) -> PostgresSettings {
        match settings.database().unwrap() {
            Database::Postgres(settings) => settings,
            Database::Sqlite(path) => panic!("{path:?} is no PostgreSQL"),
        }
    }

    fn file(content: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        file
    }

    #[test]
    fn the_address_may_live_in_a_file() {
        let file = file("postgres://wxgate:hunter2@db/wxgate\n");
        let settings = DatabaseSettings {
            url_file: Some(file.path().to_owned()),
            ..DatabaseSettings::default()
        };
        let url = postgres(&settings).url;
        assert_eq!(url.expose_secret(), "postgres://wxgate:hunter2@db/wxgate");
        let both = DatabaseSettings {
            url: ADDRESS.to_owned(),
            ..settings
        };
        assert!(both.database().is_err());
    }

    #[test]
    fn the_password_may_live_in_a_file() {
        let file = file("hunter2\n");
        let settings = DatabaseSettings {
            password_file: Some(file.path().to_owned()),
            ..DatabaseSettings::at(ADDRESS)
        };
        let found = postgres(&settings);
        assert_eq!(found.url.expose_secret(), ADDRESS);
        assert_eq!(found.password.unwrap().expose_secret(), "hunter2");
        let pointless = DatabaseSettings {
            url: "sqlite:users.db".to_owned(),
            ..settings
        };
        assert!(pointless.database().is_err());
    }

    #[test]
    fn sqlite_takes_the_path_of_a_file() {
        let database = |url: &str| DatabaseSettings::at(url).database().is_ok();
        assert!(database("sqlite:/var/lib/wxgate/users.db") && database("sqlite:users.db"));
        for strange in [
            "sqlite:",
            "sqlite::memory:",
            "sqlite://users.db",
            "sqlite:x?mode=ro",
        ] {
            assert!(!database(strange), "{strange}");
        }
    }

    #[test]
    fn another_kind_of_database_is_refused_unseen() {
        for url in ["mysql://root:hunter2@db/x", "hunter2:x", ""] {
            let settings = DatabaseSettings::at(url);
            let Err(refused) = settings.database() else {
                panic!("{url} is no database of ours");
            };
            let told = format!("{refused:?} {settings:?}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }
}
