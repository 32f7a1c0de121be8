//! Panics as log lines: one event each, in the log's own form.
use std::panic::{self, PanicHookInfo};

/// Replaces the standard hook, which writes plain text whatever the log's form.
pub(crate) fn log_from_now_on() {
    panic::set_hook(Box::new(log));
}

fn log(info: &PanicHookInfo<'_>) {
    let message = info.payload_as_str().unwrap_or("(not a text)");
    let location = info.location().map(tracing::field::display);
    tracing::error!(panic = message, location, "panicked");
}
