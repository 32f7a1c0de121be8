//! Third-party platforms: they call for the apps that have authorised them.

use std::{collections::HashMap, time::Duration};

use service_kit::Timestamp;

use crate::{errcode::Errcode, random};

/// How long a platform's token lives.
pub(crate) const TOKEN_LIFE: Duration = Duration::from_hours(2);

#[derive(Default)]
struct Component {
    /// Tokens and their ends; each call of the platform's gives another, and they leave each other alone.
    tokens: HashMap<String, Timestamp>,
    /// The apps it may call for; none means all.
    authorised: Option<Vec<String>>,
}

/// All platforms, by their `component_appid`.
#[derive(Default)]
pub(crate) struct Components(HashMap<String, Component>);

impl Components {
    /// A token for the platform, which may from now on call for these apps.
    pub(crate) fn authorise(
        &mut self,
        component: &str,
        authorised: Option<Vec<String>>,
        now: Timestamp,
    ) -> String {
        let component = self.0.entry(component.to_owned()).or_default();
        component.authorised = authorised;
        component.tokens.retain(|_, ends| *ends > now);
        let token = random::access_token();
        component.tokens.insert(token.clone(), now.plus(TOKEN_LIFE));
        token
    }

    /// Whether the platform may call for this app with this token.
    pub(crate) fn judge(
        &self,
        component: &str,
        token: &str,
        appid: &str,
        now: Timestamp,
    ) -> Result<(), Errcode> {
        let component = self.0.get(component).ok_or(Errcode::INVALID_COMPONENT)?;
        let ends = component.tokens.get(token);
        let ends = ends.ok_or(Errcode::INVALID_CREDENTIAL)?;
        if *ends <= now {
            return Err(Errcode::ACCESS_TOKEN_EXPIRED);
        }
        let lists = |apps: &Vec<String>| apps.iter().any(|app| app == appid);
        if component.authorised.as_ref().is_none_or(lists) {
            Ok(())
        } else {
            Err(Errcode::NOT_AUTHORISED)
        }
    }
}
