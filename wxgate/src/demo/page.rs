//! How the walk looks on a terminal.
use serde_json::Value;

/// Texts longer than this are shown by both their ends and their length.
const SHOWN: usize = 44;
/// How much of a long text's end is shown: two tokens of a session differ only there.
const END: usize = 8;
/// How many items of a list are shown.
const ITEMS: usize = 2;

pub(super) fn heading(step: u8, text: &str) {
    println!("\n{step}. {text}");
}

pub(super) fn note(text: &str) {
    println!("   {text}");
}

/// A JSON value with its long texts and lists shortened.
pub(super) fn shorten(value: &Value) -> Value {
    match value {
        Value::String(text) if text.chars().count() > SHOWN => Value::String(ends(text)),
        Value::Array(items) => list(items),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), shorten(value)))
            .collect(),
        other => other.clone(),
    }
}

fn list(items: &[Value]) -> Value {
    let left = items.len().saturating_sub(ITEMS);
    let more = (left > 0).then(|| Value::String(format!("… {left} more")));
    items.iter().take(ITEMS).map(shorten).chain(more).collect()
}

fn ends(text: &str) -> String {
    let length = text.chars().count();
    let start: String = text.chars().take(SHOWN / 2).collect();
    let end: String = text.chars().skip(length - END).collect();
    format!("{start}…{end} ({length} characters)")
}

/// A token, as it may be shown: enough to tell it from another, too little to use it.
pub(super) fn token(token: &str) -> String {
    ends(token)
}
