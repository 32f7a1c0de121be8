//! What the edge demands of a text before it goes further: that it is short and printable.
use crate::error::GatewayError;

/// `value`, if it has at most `longest` characters and no control characters.
pub(super) fn short(name: &str, value: String, longest: usize) -> Result<String, GatewayError> {
    if value.chars().count() > longest {
        let rule = format!("`{name}` has more than {longest} characters");
        return Err(GatewayError::BadBody(rule));
    }
    if value.chars().any(char::is_control) {
        let rule = format!("`{name}` has control characters");
        return Err(GatewayError::BadBody(rule));
    }
    Ok(value)
}

/// As [`short`], for what may be left out.
pub(super) fn short_or_none(
    name: &str,
    value: Option<String>,
    longest: usize,
) -> Result<Option<String>, GatewayError> {
    value.map(|value| short(name, value, longest)).transpose()
}
