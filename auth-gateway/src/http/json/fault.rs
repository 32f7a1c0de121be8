//! What is wrong with a body, said without repeating it.
use serde_json::error::Category;

use crate::error::GatewayError;

/// A body that is no JSON, or JSON that means two things.
pub(super) fn of_text(error: &serde_json::Error) -> GatewayError {
    let (line, column) = (error.line(), error.column());
    let what = match error.classify() {
        Category::Data => "the body has the same field twice",
        Category::Io | Category::Syntax | Category::Eof => "the body is not JSON",
    };
    GatewayError::BadBody(format!("{what}: line {line}, column {column}"))
}

/// A field that is missing or of the wrong type.
pub(super) fn of_field(error: serde_path_to_error::Error<serde_json::Error>) -> GatewayError {
    let path = error.path().to_string();
    let message = error.into_inner().to_string();
    let missing = message.strip_prefix("missing field `");
    let what = match missing.and_then(|rest| rest.split('`').next()) {
        Some(field) => format!("`{field}` is missing"),
        None if path == "." => "the body is not a JSON object".to_owned(),
        None => format!("`{path}` is of the wrong type"),
    };
    GatewayError::BadBody(what)
}
