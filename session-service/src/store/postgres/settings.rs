//! How the database is reached.
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnectOptions;
use url::Url;

use crate::store::StoreError;

/// What may follow the `?` of an address.
const PARAMETERS: [&str; 6] = [
    "host",
    "port",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
];

/// How the database is reached.
#[derive(Clone, Debug)]
pub struct PostgresSettings {
    /// `postgres://user[:password]@host[:port]/database`, and perhaps
    /// `?sslmode=verify-full&sslrootcert=FILE`.
    pub url: SecretString,
    /// The password, where `url` has none.
    pub password: Option<SecretString>,
    /// Connections at most; one more listens.
    pub connections: u32,
}

/// What is wrong with the settings. It never quotes them: they hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostgresSettingsError {
    /// The address is not one.
    #[error("the address is not postgres://user@host:port/database, percent-encoded where needed")]
    Malformed,
    /// The address has a parameter that means nothing here.
    #[error(
        "of the address's parameters, only host, port, sslmode, sslrootcert, sslcert and sslkey are known"
    )]
    Parameter,
    /// There are two passwords, and nobody can say which one is meant.
    #[error("the address has a password, and another one is given beside it")]
    TwoPasswords,
}

impl From<PostgresSettingsError> for StoreError {
    fn from(error: PostgresSettingsError) -> Self {
        Self::Sql(sqlx::Error::Configuration(error.into()))
    }
}

impl PostgresSettings {
    /// # Errors
    /// When nobody could connect with these settings.
    pub(super) fn options(&self) -> Result<PgConnectOptions, PostgresSettingsError> {
        let text = self.url.expose_secret();
        let url = Url::parse(text).map_err(|_| PostgresSettingsError::Malformed)?;
        if !["postgres", "postgresql"].contains(&url.scheme()) {
            return Err(PostgresSettingsError::Malformed);
        }
        // The driver would log a parameter it does not know: perhaps half a password.
        if !url
            .query_pairs()
            .all(|(key, _)| PARAMETERS.contains(&&*key))
        {
            return Err(PostgresSettingsError::Parameter);
        }
        let options = PgConnectOptions::from_str(text)
            .map_err(|_| PostgresSettingsError::Malformed)?
            .application_name("wxgate");
        match &self.password {
            Some(_) if url.password().is_some() => Err(PostgresSettingsError::TwoPasswords),
            Some(password) => Ok(options.password(password.expose_secret())),
            None => Ok(options),
        }
    }
}
