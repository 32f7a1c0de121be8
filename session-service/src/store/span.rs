//! The span of one question to a store.
use tracing::{Span, field::Empty};

use super::statement::Statement;

/// A child of the call that asks. What belongs to no call, as following the log, gets none.
pub(super) fn of(name: &'static str, system: &'static str) -> Span {
    if Span::current().is_none() {
        return Span::none();
    }
    tracing::info_span!(
        "store",
        otel.name = name,
        otel.kind = "client",
        otel.status_code = Empty,
        db.system.name = system,
    )
}

/// The same, of a database with tables.
pub(super) fn of_statement(statement: Statement, system: &'static str) -> Span {
    if Span::current().is_none() {
        return Span::none();
    }
    tracing::info_span!(
        "store",
        otel.name = %statement,
        otel.kind = "client",
        otel.status_code = Empty,
        db.system.name = system,
        db.operation.name = statement.operation,
        db.collection.name = statement.table,
    )
}

/// Notes that there was no answer. What a store answers is never noted.
pub(super) fn note<T, E>(span: &Span, answer: Result<T, E>) -> Result<T, E> {
    if answer.is_err() {
        span.record("otel.status_code", "ERROR");
    }
    answer
}
