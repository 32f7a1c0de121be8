//! The disguises in which a secret may leak.

/// A base64 secret as text, as JSON text, URL-escaped, as hex and as base64url of its bytes, and hex
/// of the text itself. `bytes` are what the base64 stands for.
#[must_use]
pub fn spellings(text: &str, bytes: &[u8]) -> Vec<String> {
    let decimal = bytes.iter().map(u8::to_string).collect::<Vec<_>>();
    let url_safe = text.replace('+', "-").replace('/', "_");
    vec![
        text.to_owned(),
        text.replace('/', "\\/"),
        text.replace('+', "%2B")
            .replace('/', "%2F")
            .replace('=', "%3D"),
        url_safe.trim_end_matches('=').to_owned(),
        url_safe,
        hex::encode(bytes),
        hex::encode(bytes).to_uppercase(),
        hex::encode(text),
        decimal.join(", "),
        decimal.join(","),
    ]
}
