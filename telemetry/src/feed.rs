//! What was just traced, for whoever watches in this process.
use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use opentelemetry::{
    Context, KeyValue, SpanId, Value,
    trace::{SpanKind, Status},
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{Span, SpanData, SpanProcessor},
};
use serde::{Serialize, Serializer, ser::SerializeMap};
use tokio::sync::broadcast;

/// Who watches more slowly than this many spans come loses the oldest.
const CAPACITY: usize = 1024;

/// Hands on every span as it ends. Clones feed the same watchers.
#[derive(Clone, Debug)]
pub struct SpanFeed(broadcast::Sender<Arc<EndedSpan>>);

impl Default for SpanFeed {
    fn default() -> Self {
        Self(broadcast::Sender::new(CAPACITY))
    }
}

impl SpanFeed {
    /// The spans that end from now on.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<Arc<EndedSpan>> {
        self.0.subscribe()
    }
}

impl SpanProcessor for SpanFeed {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if self.0.receiver_count() > 0 {
            // Whoever watched a moment ago may have gone.
            let _ = self.0.send(Arc::new(EndedSpan::from(span)));
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// A span that has ended, as JSON would have it.
#[derive(Clone, Debug, Serialize)]
pub struct EndedSpan {
    /// The trace, 32 hex digits.
    pub trace: String,
    /// The span, 16 hex digits.
    pub span: String,
    /// The span around it, unless it is the trace's first.
    pub parent: Option<String>,
    /// What it is called.
    pub name: String,
    /// `server`, `client` or `internal`.
    pub kind: &'static str,
    /// When it began, in Unix microseconds.
    pub start_us: u64,
    /// How long it took, in microseconds.
    pub duration_us: u64,
    /// Whether it failed.
    pub error: bool,
    /// What was noted of it.
    pub attributes: Attributes,
}

impl From<SpanData> for EndedSpan {
    fn from(data: SpanData) -> Self {
        let parent = data.parent_span_id;
        let took = data.end_time.duration_since(data.start_time);
        Self {
            trace: data.span_context.trace_id().to_string(),
            span: data.span_context.span_id().to_string(),
            parent: (parent != SpanId::INVALID).then(|| parent.to_string()),
            name: data.name.into_owned(),
            kind: kind(&data.span_kind),
            start_us: since_epoch(data.start_time),
            duration_us: micros(took.unwrap_or_default()),
            error: matches!(data.status, Status::Error { .. }),
            attributes: Attributes(data.attributes),
        }
    }
}

const fn kind(kind: &SpanKind) -> &'static str {
    match kind {
        SpanKind::Server => "server",
        SpanKind::Client => "client",
        SpanKind::Producer | SpanKind::Consumer | SpanKind::Internal => "internal",
    }
}

fn since_epoch(moment: SystemTime) -> u64 {
    micros(moment.duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// What was noted of a span; not where in the code it was.
#[derive(Clone, Debug)]
pub struct Attributes(Vec<KeyValue>);

impl Serialize for Attributes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let told = |key: &str| !key.starts_with("code.") && !key.starts_with("thread.");
        for KeyValue { key, value, .. } in self.0.iter().filter(|noted| told(noted.key.as_str())) {
            match value {
                Value::Bool(value) => map.serialize_entry(key.as_str(), value)?,
                Value::I64(value) => map.serialize_entry(key.as_str(), value)?,
                Value::F64(value) => map.serialize_entry(key.as_str(), value)?,
                other => map.serialize_entry(key.as_str(), &other.as_str())?,
            }
        }
        map.end()
    }
}
