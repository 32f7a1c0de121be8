//! The rules: pure, and `now` is an argument.
//!
//! A [`SessionKey`] comes in as text, is sealed by the [`Vault`] for one [`Owner`], and comes back
//! out of it only to open an [`Envelope`] or to check [`RawData`]. What an envelope holds must
//! pass the [`Rules`].

mod encoding;
mod envelope;
mod json_object;
mod mac;
mod open_data;
mod owner;
mod padding;
mod refusal;
mod ring;
mod session_key;
mod signature;
mod vault;

pub use self::{
    envelope::{Encrypted, Envelope},
    open_data::{OpenData, Rules, useful_when_displaced},
    owner::Owner,
    refusal::{Field, Malformed, Rejected},
    ring::SealedRing,
    session_key::SessionKey,
    signature::RawData,
    vault::{Fingerprint, Vault},
};
