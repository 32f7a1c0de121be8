//! What the store held, and the proof that it helps no thief.
use anyhow::ensure;

use super::page::note;

/// What must not be found in the store.
pub(super) struct Secrets {
    pub(super) session_key: String,
    pub(super) tokens: [String; 2],
    pub(super) openid: String,
}

pub(super) fn show(kept: &[(String, Vec<u8>)], secrets: &Secrets) -> anyhow::Result<()> {
    for (key, value) in kept {
        note(key);
        note(&format!(
            "    {} bytes: {}…",
            value.len(),
            hex(&value[..value.len().min(24)])
        ));
    }
    let Secrets {
        session_key,
        tokens: [first, second],
        openid,
    } = secrets;
    let sought = [
        ("session_key", session_key),
        ("session_rd", first),
        ("its successor", second),
        ("openid", openid),
    ];
    for (name, secret) in sought {
        ensure!(!holds(kept, secret), "the store holds the {name} in clear");
        note(&format!(
            "looked for the user's {name} in all of it: not there"
        ));
    }
    Ok(())
}

fn holds(kept: &[(String, Vec<u8>)], secret: &str) -> bool {
    let within = |bytes: &[u8]| {
        bytes
            .windows(secret.len())
            .any(|at| at == secret.as_bytes())
    };
    kept.iter()
        .any(|(key, value)| within(key.as_bytes()) || within(value))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
