//! The rules of sessions and users. No I/O, no clock: the present is an argument.

mod access_token;
mod account;
mod attempts;
mod claim;
mod ids;
mod login_code;
mod meanwhile;
mod open_data;
mod phone;
mod profile;
mod revocation;
mod session;
mod token;
mod user;

pub use self::{
    access_token::{CurrentToken, Lease, Step},
    account::{Account, Ending, Identity, Merge},
    attempts::{Attempts, BudgetSpent},
    claim::{CLAIM_LIFE, CodeClaim, Echo, NonceHash, Progress},
    ids::{AppId, OpenId, SessionId, TagKey, UnionId, UserTag},
    login_code::{Device, LoginCode, Nonce},
    meanwhile::Meanwhile,
    open_data::{EncryptedData, Misshapen, RawData},
    phone::{
        KeptPhone, PHONE_LIFE, PhoneClaim, PhoneCode, PhoneNumber, PhoneProgress, PhoneStep,
        SealedPhone,
    },
    profile::{AvatarUrl, Nickname, ProfileChange},
    revocation::{Reason, Revocation, RevocationView, Row, Subject},
    session::{Limits, Opening, Presented, Refreshed, Session},
    token::{Claims, Forged, SessionRd, TokenKeys},
    user::{Listed, RingEntry, UserSessions},
};

/// Why a text is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} {fault}")]
pub struct Malformed {
    /// Which field.
    pub field: &'static str,
    /// What is wrong with it.
    pub fault: &'static str,
}

impl Malformed {
    pub(crate) const fn new(field: &'static str, fault: &'static str) -> Self {
        Self { field, fault }
    }
}
