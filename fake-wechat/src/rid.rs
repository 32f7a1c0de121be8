//! The id of a request, which WeChat's support asks for.

use service_kit::Timestamp;

use crate::random;

/// A new id: three groups of eight hex digits, of which the first is the time in Unix seconds.
pub(crate) fn new(now: Timestamp) -> String {
    let seconds = now.unix_seconds() & 0xffff_ffff;
    format!(
        "{seconds:08x}-{}-{}",
        random::hex(&random::bytes::<4>()),
        random::hex(&random::bytes::<4>())
    )
}

/// How a text ends that names a request; only `/sns` has a comma before it.
pub(crate) fn tail(path: &str, rid: &str) -> String {
    let comma = if path.starts_with("/sns/") { "," } else { "" };
    format!("{comma} rid: {rid}")
}
