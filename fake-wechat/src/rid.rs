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

/// Whether a text has the form of an id.
pub(crate) fn is_well_formed(text: &str) -> bool {
    let is_group = |group: &str| {
        group.len() == 8
            && group
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    text.split('-').count() == 3 && text.split('-').all(is_group)
}
