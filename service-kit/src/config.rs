//! Reading settings: one file, then the environment.
use std::{fs, path::Path};

use anyhow::{Context, anyhow, bail};
use figment::{
    Figment, Metadata, Profile, Provider,
    error::Kind,
    providers::{Env, Format, Toml},
    value::{Dict, Map},
};
use serde::de::DeserializeOwned;

/// The file that is read when none is named.
pub const DEFAULT_FILE: &str = "wxgate.toml";

/// Every top-level table there is. A process reads its own and leaves the others to their owners.
const TABLES: [&str; 14] = [
    "apps",
    "crypto",
    "crypto_service",
    "database",
    "fake_wechat",
    "gateway",
    "keys",
    "redis",
    "revocations",
    "session",
    "session_service",
    "telemetry",
    "users",
    "wechat",
];

/// Reads `file` (or `wxgate.toml`, where present), then `WXGATE_*` from the environment, which wins:
/// `WXGATE_SESSION__TTL=30m` sets `ttl` in `[session]`.
///
/// # Errors
/// When a named file is missing, there is a folder in its place, a table is unknown, or a setting is missing, unknown or malformed.
pub fn load<T: DeserializeOwned>(file: Option<&Path>) -> anyhow::Result<T> {
    let path = file.unwrap_or(Path::new(DEFAULT_FILE));
    if path.is_dir() {
        bail!(
            "{} is a folder, where a configuration file is meant",
            path.display()
        );
    }
    if file.is_some() && !path.is_file() {
        bail!("there is no configuration file {}", path.display());
    }
    let env = Env::prefixed("WXGATE_").split("__");
    let file = if path.is_file() {
        read(path)?
    } else {
        Figment::new()
    };
    extract(&file.merge(env))
}

fn read(path: &Path) -> anyhow::Result<Figment> {
    let shown = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("reading {shown}"))?;
    check(&text).map_err(|fault| anyhow!("{shown}, {fault}"))?;
    Ok(Figment::from(Toml::string(&text)))
}

/// Where and why a text is no TOML. The line itself is not shown: it may hold a secret.
fn check(text: &str) -> Result<(), String> {
    let Err(error) = text.parse::<toml::Table>() else {
        return Ok(());
    };
    let at = error.span().map_or(0, |span| span.start);
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    Err(format!("line {line}: {}", error.message()))
}

/// Reads settings from a text in the form of the file, and nothing else.
///
/// # Errors
/// As [`load`].
pub fn parse<T: DeserializeOwned>(text: &str) -> anyhow::Result<T> {
    extract(&Figment::from(Toml::string(text)))
}

fn extract<T: DeserializeOwned>(settings: &Figment) -> anyhow::Result<T> {
    let known = Figment::from(OnlyKnown::check(settings)?);
    known
        .extract()
        .map_err(|error| anyhow!("the configuration: {}", faults(error)))
}

/// Which setting is wrong, and how. Its value is not shown: it may be a secret.
fn faults(error: figment::Error) -> String {
    let faults = error.into_iter().map(|fault| {
        let key = fault.path.join(".");
        match &fault.kind {
            Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => {
                format!("{key} is not {expected}")
            }
            Kind::UnknownVariant(_, known) => format!("{key} is not one of: {}", known.join(", ")),
            kind => format!("{key}: {kind}"),
        }
    });
    faults.collect::<Vec<_>>().join("; ")
}

/// All settings, once every top-level name is known.
struct OnlyKnown(Map<Profile, Dict>);

impl OnlyKnown {
    fn check(settings: &Figment) -> anyhow::Result<Self> {
        let data = settings.data().context("reading the configuration")?;
        for name in data.values().flat_map(Dict::keys) {
            if !TABLES.contains(&name.as_str()) {
                bail!(
                    "there is no table [{name}]; there are: {}",
                    TABLES.join(", ")
                );
            }
        }
        Ok(Self(data))
    }
}

impl Provider for OnlyKnown {
    fn metadata(&self) -> Metadata {
        Metadata::named("configuration")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Config {
        session: Session,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Session {
        #[serde(with = "humantime_serde")]
        ttl: std::time::Duration,
    }

    #[test]
    fn other_processes_tables_are_left_alone() {
        let config: Config = parse("[session]\nttl = '30m'\n[gateway]\nanything = 1").unwrap();
        assert_eq!(config.session.ttl.as_secs(), 1800);
    }

    #[test]
    fn a_misspelt_setting_is_refused() {
        let error = parse::<Config>("[session]\nttl = '30m'\ntll = '31m'").unwrap_err();
        assert!(format!("{error:#}").contains("tll"), "{error:#}");
    }

    #[test]
    fn a_misspelt_table_is_refused() {
        let error = parse::<Config>("[sesion]\nttl = '30m'").unwrap_err();
        assert!(error.to_string().contains("[sesion]"), "{error}");
    }

    #[test]
    fn a_fault_names_its_place_and_shows_no_value() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "[session]\nttl = 'hunter2\n").unwrap();
        let error = format!("{:#}", load::<Config>(Some(file.path())).unwrap_err());
        assert!(
            error.contains("line 2") && !error.contains("hunter2"),
            "{error}"
        );
        let error = format!(
            "{:#}",
            parse::<Config>("[session]\nttl = 31337").unwrap_err()
        );
        assert!(
            error.contains("session.ttl") && !error.contains("31337"),
            "{error}"
        );
        let error = format!(
            "{:#}",
            parse::<Config>("[session]\nttl = 'hunter2'").unwrap_err()
        );
        assert!(
            error.contains("session.ttl") && !error.contains("hunter2"),
            "{error}"
        );
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = load::<Config>(Some(Path::new("/nowhere.toml"))).unwrap_err();
        assert!(error.to_string().contains("/nowhere.toml"));
    }

    #[test]
    fn a_folder_is_not_called_missing() {
        let dir = tempfile::tempdir().unwrap();
        let error = load::<Config>(Some(dir.path())).unwrap_err();
        assert!(error.to_string().contains("is a folder"), "{error}");
    }
}
