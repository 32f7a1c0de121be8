//! A person, and how two accounts of one person become one.
use service_kit::Timestamp;
use uuid::Uuid;

use super::{AppId, OpenId, Reason, SealedPhone, UnionId};

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Ours.
    pub id: Uuid,
    /// Ids of accounts that were merged into this one; oldest first.
    pub former_ids: Vec<Uuid>,
    /// Theirs across the owner's apps.
    pub unionid: Option<UnionId>,
    /// What they call themselves; may be empty.
    pub nickname: String,
    /// Where their picture is; may be empty.
    pub avatar_url: String,
    /// The phone number they gave away, sealed.
    pub phone: Option<SealedPhone>,
    /// Since when an operator keeps them out.
    pub blocked_at: Option<Timestamp>,
    /// When they were first seen.
    pub created_at: Timestamp,
    /// When they last logged in.
    pub last_login_at: Timestamp,
}

/// A person in one app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// In which app.
    pub appid: AppId,
    /// Who, there.
    pub openid: OpenId,
}

/// What ends all sessions of an account, in every app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// An operator logs the person out.
    Kick,
    /// An operator keeps the person out, until told otherwise.
    Block,
    /// The account goes, and everything that names it.
    Erase,
}

impl Ending {
    /// What the rows say.
    #[must_use]
    pub const fn reason(self) -> Reason {
        match self {
            Self::Kick => Reason::OperatorKick,
            Self::Block => Reason::Block,
            Self::Erase => Reason::Erase,
        }
    }
}

/// Two accounts that turned out to be one person's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The older one, with what it takes over.
    pub kept: Account,
    /// The younger one, which goes.
    pub gone: Uuid,
    /// Whether the older one was not blocked until now.
    pub blocks: bool,
}

impl Merge {
    /// What follows when the person of `known` has a unionid that `owner` has. Nothing, when they are
    /// one account, or `known` has another unionid: then WeChat has called them two people.
    #[must_use]
    pub fn of(known: &Account, owner: &Account) -> Option<Self> {
        if known.id == owner.id || known.unionid.is_some() {
            return None;
        }
        let age = |account: &Account| (account.created_at, account.id);
        let (older, younger) = if age(known) < age(owner) {
            (known, owner)
        } else {
            (owner, known)
        };
        Some(Self {
            kept: older.absorbing(younger),
            gone: younger.id,
            blocks: older.blocked_at.is_none() && younger.blocked_at.is_some(),
        })
    }
}

impl Account {
    /// This account with what it lacks and `younger` has. No block is lost.
    fn absorbing(&self, younger: &Self) -> Self {
        let first = |ours: &str, theirs: &str| {
            let found = if ours.is_empty() { theirs } else { ours };
            found.to_owned()
        };
        let blocks = [self.blocked_at, younger.blocked_at];
        Self {
            unionid: self.unionid.clone().or_else(|| younger.unionid.clone()),
            nickname: first(&self.nickname, &younger.nickname),
            avatar_url: first(&self.avatar_url, &younger.avatar_url),
            phone: better(self.phone.as_ref(), younger.phone.as_ref()).cloned(),
            blocked_at: blocks.into_iter().flatten().min(),
            ..self.clone()
        }
    }
}

/// Ours, unless only WeChat's word for theirs is there.
fn better<'a>(
    ours: Option<&'a SealedPhone>,
    theirs: Option<&'a SealedPhone>,
) -> Option<&'a SealedPhone> {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) if theirs.is_verified() && !ours.is_verified() => Some(theirs),
        (ours, theirs) => ours.or(theirs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds)
    }

    fn account(id: u128, created: u64) -> Account {
        Account {
            id: Uuid::from_u128(id),
            former_ids: Vec::new(),
            unionid: None,
            nickname: String::new(),
            avatar_url: String::new(),
            phone: None,
            blocked_at: None,
            created_at: at(created),
            last_login_at: at(created),
        }
    }

    fn owner(id: u128, created: u64) -> Account {
        Account {
            unionid: Some(UnionId::new("u1".to_owned())),
            ..account(id, created)
        }
    }

    #[test]
    fn the_older_account_stays_whoever_has_the_unionid() {
        for (known, owner) in [
            (account(2, 10), owner(1, 20)),
            (account(1, 20), owner(2, 10)),
            (account(1, 10), owner(2, 10)),
            (account(2, 10), owner(1, 10)),
        ] {
            let merge = Merge::of(&known, &owner).unwrap();
            let (older, younger) = if merge.gone == owner.id {
                (known, owner)
            } else {
                (owner, known)
            };
            assert!((older.created_at, older.id) < (younger.created_at, younger.id));
            assert_eq!(merge.kept.id, older.id);
            assert_eq!(merge.kept.created_at, older.created_at);
            assert_eq!(merge.kept.unionid.as_ref().map(UnionId::as_str), Some("u1"));
        }
    }

    #[test]
    fn the_older_ones_profile_goes_before_the_younger_ones() {
        let known = Account {
            nickname: "Mei".to_owned(),
            ..account(1, 10)
        };
        let owner = Account {
            nickname: "younger Mei".to_owned(),
            avatar_url: "https://cdn.example/a.png".to_owned(),
            ..owner(2, 20)
        };
        let Merge { kept, .. } = Merge::of(&known, &owner).unwrap();
        assert_eq!(kept.nickname, "Mei");
        assert_eq!(kept.avatar_url, "https://cdn.example/a.png");
    }

    #[test]
    fn the_older_ones_phone_goes_before_the_younger_ones_unless_wechat_vouched_for_that_alone() {
        let phone = |byte, verified| Some(SealedPhone::of(&[byte], verified));
        for (older, younger, kept) in [
            (phone(1, false), phone(2, false), phone(1, false)),
            (phone(1, true), phone(2, true), phone(1, true)),
            (phone(1, false), phone(2, true), phone(2, true)),
            (None, phone(2, false), phone(2, false)),
            (None, None, None),
        ] {
            let known = Account {
                phone: older,
                ..account(1, 10)
            };
            let owner = Account {
                phone: younger,
                ..owner(2, 20)
            };
            assert_eq!(Merge::of(&known, &owner).unwrap().kept.phone, kept);
        }
    }

    #[test]
    fn no_block_is_lost() {
        for (older, younger, since, blocks) in [
            (None, None, None, false),
            (None, Some(at(7)), Some(at(7)), true),
            (Some(at(5)), None, Some(at(5)), false),
            (Some(at(5)), Some(at(3)), Some(at(3)), false),
        ] {
            let known = Account {
                blocked_at: older,
                ..account(1, 10)
            };
            let owner = Account {
                blocked_at: younger,
                ..owner(2, 20)
            };
            let merge = Merge::of(&known, &owner).unwrap();
            assert_eq!((merge.kept.blocked_at, merge.blocks), (since, blocks));
        }
    }

    #[test]
    fn two_unionids_are_two_people() {
        let known = Account {
            unionid: Some(UnionId::new("u2".to_owned())),
            ..account(1, 10)
        };
        assert_eq!(Merge::of(&known, &owner(2, 20)), None);
        assert_eq!(Merge::of(&owner(2, 20), &owner(2, 20)), None);
    }
}
