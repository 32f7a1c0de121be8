//! What the store held, and the proof that it helps no thief.
use anyhow::{Context, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};

use super::page::note;

/// What must not be found in the store.
pub(super) struct Secrets {
    pub(super) session_key: String,
    pub(super) tokens: [String; 2],
    pub(super) openid: String,
    pub(super) phone: String,
}

impl Secrets {
    fn spellings(&self) -> anyhow::Result<[(&'static str, Vec<u8>); 6]> {
        let [first, second] = &self.tokens;
        let bytes = BASE64_STANDARD
            .decode(&self.session_key)
            .context("a key is base64")?;
        Ok([
            (
                "the session_key as WeChat sent it",
                self.session_key.clone().into_bytes(),
            ),
            ("the session_key as plain bytes", bytes),
            ("the session_rd of the login", first.clone().into_bytes()),
            ("the session_rd of the refresh", second.clone().into_bytes()),
            ("the openid", self.openid.clone().into_bytes()),
            ("the phone number", self.phone.clone().into_bytes()),
        ])
    }
}

pub(super) fn show(kept: &[(String, Vec<u8>)], secrets: &Secrets) -> anyhow::Result<()> {
    for (key, value) in kept {
        note(key);
        note(&format!(
            "    {} bytes: {}…",
            value.len(),
            hex::encode(&value[..value.len().min(24)])
        ));
    }
    for (name, spelling) in secrets.spellings()? {
        ensure!(!holds(kept, &spelling), "the store holds {name}");
        note(&format!("looked for {name}: not there"));
    }
    Ok(())
}

fn holds(kept: &[(String, Vec<u8>)], secret: &[u8]) -> bool {
    let within = |bytes: &[u8]| bytes.windows(secret.len()).any(|at| at == secret);
    kept.iter()
        .any(|(key, value)| within(key.as_bytes()) || within(value))
}
