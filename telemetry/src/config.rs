//! The `[telemetry]` settings.
use serde::Deserialize;

/// How a process logs and where its traces go.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The form of a log line.
    pub log: LogFormat,
    /// What is logged, as `tracing` directives: `info`, `info,session_service=debug`.
    pub filter: String,
    /// The OTLP collector (gRPC), such as `http://127.0.0.1:4317`. Left out: traces go nowhere.
    pub otlp_endpoint: Option<String>,
    /// The share of new traces that are exported, from 0 to 1.
    pub sample_ratio: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            log: LogFormat::Human,
            filter: "info".to_owned(),
            otlp_endpoint: None,
            sample_ratio: 1.0,
        }
    }
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One line for a person.
    #[default]
    Human,
    /// One JSON object for a machine.
    Json,
}
