//! Phone numbers on accounts: a copy of the database tells none.
use service_kit::Key;

use super::{Seal, StoreError, StoreKey, record::Record, seal::Opened};
use crate::domain::{Account, KeptPhone, SealedPhone};

/// Seals phone numbers, each for the account it is kept on.
#[derive(Debug)]
pub struct PhoneSeal(Seal);

impl PhoneSeal {
    /// Seals under a key derived from `index_key`.
    #[must_use]
    pub fn derive(index_key: &Key) -> Self {
        Self(Seal::derive_for(b"wxgate phone seal v1", index_key))
    }

    /// The number, for the account with this id.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn seal(&self, account: uuid::Uuid, kept: &KeptPhone) -> Result<SealedPhone, StoreError> {
        let sealed = self.0.seal(&StoreKey::phone_of(account), &kept.encode())?;
        Ok(SealedPhone::of(&sealed, kept.phone.verified))
    }

    /// The number that an account keeps. It may have been sealed for one that was merged into it.
    /// Nothing also when it does not open: then the index key is not the one it was sealed under.
    #[must_use]
    pub fn open(&self, account: &Account) -> Option<KeptPhone> {
        let sealed = account.phone.as_ref()?;
        let mut ids = account.former_ids.iter().chain([&account.id]).rev();
        let opened = ids.find_map(|id| self.open_for(*id, sealed));
        if opened.is_none() {
            tracing::warn!(user.id = %account.id, "a kept phone number does not open");
        }
        opened
    }

    fn open_for(&self, account: uuid::Uuid, sealed: &SealedPhone) -> Option<KeptPhone> {
        match self.0.open(&StoreKey::phone_of(account), sealed.sealed()) {
            Opened::Plain(plain) => KeptPhone::decode(&plain, ()),
            Opened::OtherLayout | Opened::Foreign => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use service_kit::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::domain::PhoneNumber;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_000_000);

    fn kept() -> KeptPhone {
        KeptPhone {
            phone: PhoneNumber {
                number: "13800138000".to_owned(),
                pure: "13800138000".to_owned(),
                country: "86".to_owned(),
                verified: true,
            },
            obtained_at: NOW,
        }
    }

    fn account(id: u128, former: &[u128], phone: SealedPhone) -> Account {
        Account {
            id: Uuid::from_u128(id),
            former_ids: former.iter().map(|id| Uuid::from_u128(*id)).collect(),
            unionid: None,
            nickname: String::new(),
            avatar_url: String::new(),
            phone: Some(phone),
            blocked_at: None,
            created_at: NOW,
            last_login_at: NOW,
        }
    }

    #[test]
    fn a_number_opens_on_its_account_and_on_the_one_it_was_merged_into() {
        let seal = PhoneSeal::derive(&Key::generate().unwrap());
        let sealed = seal.seal(Uuid::from_u128(1), &kept()).unwrap();
        let opens = |id, former: &[u128]| seal.open(&account(id, former, sealed.clone()));
        assert_eq!(opens(1, &[]), Some(kept()));
        assert_eq!(opens(2, &[3, 1]), Some(kept()));
        assert_eq!(opens(2, &[3]), None);
    }

    #[test]
    fn a_sealed_number_shows_nothing() {
        let seal = PhoneSeal::derive(&Key::generate().unwrap());
        let sealed = seal.seal(Uuid::from_u128(1), &kept()).unwrap();
        let shown = sealed.as_bytes().windows(5).any(|part| part == b"13800");
        assert!(!shown && format!("{sealed:?}") == "SealedPhone(..)");
        let other = PhoneSeal::derive(&Key::generate().unwrap());
        assert_eq!(other.open(&account(1, &[], sealed)), None);
    }
}
