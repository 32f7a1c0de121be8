//! What the owner of an app has set in WeChat's console.

use std::{collections::HashMap, net::IpAddr, time::Duration};

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use service_kit::Timestamp;

use crate::errcode::Errcode;

/// How WeChat treats one app.
#[derive(Clone)]
pub(crate) struct Manners {
    /// Bound to an Open Platform account: its users have a unionid.
    pub(crate) bound: bool,
    /// The `AppSecret` is frozen.
    pub(crate) frozen: bool,
    /// The secrets that are right in the place of the one it began with: two while one is changed.
    pub(crate) secrets: Option<Vec<SecretString>>,
    /// Who may ask for tokens; none means everybody.
    pub(crate) allowed: Option<Vec<IpAddr>>,
    /// What the administrator, asked about an address that is not listed, has answered, and when.
    pub(crate) confirmation: Option<(Confirmation, Timestamp)>,
}

/// An administrator's answer.
#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Confirmation {
    /// None yet.
    Pending,
    /// No: not asked again for an hour.
    Refused,
    /// No, twice: not asked again for a day.
    RefusedTwice,
}

impl Manners {
    const USUAL: Self = Self {
        bound: true,
        frozen: false,
        secrets: None,
        allowed: None,
        confirmation: None,
    };

    /// Why no token is given to a caller at `address`, if none is.
    pub(crate) fn bars(&self, address: IpAddr, now: Timestamp) -> Option<Errcode> {
        let listed = |allowed: &Vec<IpAddr>| allowed.contains(&address.to_canonical());
        let allowed = self.allowed.as_ref().map(listed);
        match (allowed, self.confirmation) {
            (Some(true), _) | (None, None) => None,
            (Some(false), None) => Some(Errcode::ADDRESS_NOT_ALLOWED),
            (_, Some((answer, at))) => Some(answer.errcode(now.since(at))),
        }
    }
}

impl Confirmation {
    /// What a caller meets this long after the answer.
    fn errcode(self, age: Duration) -> Errcode {
        match self {
            Self::Refused if age < Duration::from_hours(1) => Errcode::ADDRESS_REFUSED,
            Self::RefusedTwice if age < Duration::from_hours(24) => Errcode::ADDRESS_REFUSED_TWICE,
            _ => Errcode::ADDRESS_UNCONFIRMED,
        }
    }
}

/// All apps whose manners are not the usual ones.
#[derive(Default)]
pub(crate) struct Apps(HashMap<String, Manners>);

impl Apps {
    pub(crate) fn get(&self, appid: &str) -> &Manners {
        self.0.get(appid).unwrap_or(&Manners::USUAL)
    }

    pub(crate) fn get_mut(&mut self, appid: &str) -> &mut Manners {
        self.0.entry(appid.to_owned()).or_insert(Manners::USUAL)
    }
}
