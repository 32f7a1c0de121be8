//! How the walk looks on a terminal.
use serde_json::Value;

/// Texts longer than this are shown by their beginning and their length.
const SHOWN: usize = 48;

pub(super) fn heading(step: u8, text: &str) {
    println!("\n{step}. {text}");
}

pub(super) fn note(text: &str) {
    println!("   {text}");
}

/// A JSON value with its long texts shortened.
pub(super) fn shorten(value: &Value) -> Value {
    match value {
        Value::String(text) if text.chars().count() > SHOWN => {
            let start: String = text.chars().take(SHOWN - 8).collect();
            Value::String(format!("{start}… ({} characters)", text.chars().count()))
        }
        Value::Array(items) => items.iter().map(shorten).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), shorten(value)))
            .collect(),
        other => other.clone(),
    }
}
