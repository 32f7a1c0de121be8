//! What came of asking WeChat: counted, and said loudly where an operator must act.
use std::net::IpAddr;

use wx_client::{Api, Quota, WxError};

use super::Sessions;
use crate::{SessionError, domain::AppId};

/// The address is not on the app's list, awaits the administrator, or was refused by them.
const ADDRESS_REFUSED: [i64; 5] = [40164, 89501, 89503, 89506, 89507];

impl Sessions {
    /// Counts and logs an answer of WeChat's, and passes it on.
    pub(super) fn asked<T>(
        &self,
        appid: &AppId,
        api: Api,
        outcome: Result<T, WxError>,
    ) -> Result<T, SessionError> {
        let outcome = outcome.map_err(|error| in_place(api, error));
        self.counters.wechat(appid, api, &outcome);
        if let Err(error) = &outcome {
            self.heed(appid, api, error);
        }
        Ok(outcome?)
    }

    /// What only an operator can mend is said loudly, with what WeChat's support will ask for.
    fn heed(&self, appid: &AppId, api: Api, error: &WxError) {
        let (appid, api, kind, refusal) =
            (appid.as_str(), api.path(), error.kind(), error.refusal());
        let errcode = refusal.map(|refusal| refusal.errcode);
        let rid = refusal.and_then(|refusal| refusal.rid.as_deref());
        if let Some(refusal) = refusal.filter(|said| ADDRESS_REFUSED.contains(&said.errcode)) {
            let address = address(&refusal.errmsg);
            self.counters.address_refused(appid, address);
            tracing::error!(
                event = "wechat_address_refused",
                appid,
                address = address.map(tracing::field::display),
                errcode,
                "WeChat refuses our address: put it on the app's IP list, or have its administrator confirm it"
            );
        }
        if is_an_operators(error) {
            let refusal = refusal.map(tracing::field::display);
            tracing::error!(
                event = "wechat_alarm",
                appid,
                api,
                kind,
                errcode,
                rid,
                refusal,
                "WeChat refuses until an operator acts"
            );
        } else {
            tracing::info!(
                event = "wechat_refusal",
                appid,
                api,
                kind,
                errcode,
                rid,
                "WeChat did not do what it was asked"
            );
        }
    }
}

/// An errcode that means something elsewhere means nothing where the call does not give it: a question for
/// a token must not sound like a refused login.
fn in_place(api: Api, error: WxError) -> WxError {
    let by_token = !matches!(api, Api::CodeToSession | Api::StableToken);
    match error {
        WxError::CodeRejected(_) if matches!(api, Api::CodeToSession | Api::PhoneNumber) => error,
        WxError::UserBlocked(_) if api == Api::CodeToSession => error,
        WxError::KeyStale(_) if matches!(api, Api::CheckSessionKey | Api::ResetSessionKey) => error,
        WxError::TokenRejected(_) if by_token => error,
        WxError::CodeRejected(refusal)
        | WxError::UserBlocked(refusal)
        | WxError::KeyStale(refusal)
        | WxError::TradeRejected(refusal)
        | WxError::TokenRejected(refusal) => WxError::UnknownErrcode(refusal),
        error => error,
    }
}

fn is_an_operators(error: &WxError) -> bool {
    match error {
        WxError::Misconfigured(_) | WxError::BadRequest(_) => true,
        WxError::RateLimited { quota, .. } => *quota != Quota::PerMinute,
        _ => false,
    }
}

/// The address that WeChat saw, if it says so: `invalid ip 36.44.1.202 ipv6 ::ffff:36.44.1.202, not in
/// whitelist`. How the other refusals are worded is not known: any word that is an address will do.
fn address(errmsg: &str) -> Option<IpAddr> {
    let words = errmsg.split(|c: char| c.is_whitespace() || ",;=()[]\"'".contains(c));
    let mut addresses = words.filter_map(|word| word.trim_matches('.').parse().ok());
    addresses.find(|address: &IpAddr| !address.is_unspecified())
}
