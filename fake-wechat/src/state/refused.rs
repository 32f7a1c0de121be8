//! Calls that were refused, by the id in their answer.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use serde::Serialize;
use service_kit::Timestamp;

use crate::errcode::Errcode;

/// For so long they can be looked up.
const REMEMBERED: Duration = Duration::from_hours(7 * 24);
/// Beyond this many the oldest is forgotten.
const MOST: usize = 10_000;

/// A refused call, as WeChat shows it to the app that made it.
#[derive(Clone, Serialize)]
pub(crate) struct Details {
    /// Unix seconds.
    pub(crate) invoke_time: u64,
    pub(crate) cost_in_ms: u64,
    pub(crate) request_url: String,
    pub(crate) request_body: String,
    pub(crate) response_body: String,
    pub(crate) client_ip: String,
}

/// One call.
pub(crate) struct Refused {
    pub(crate) appid: Option<String>,
    pub(crate) of_sns: bool,
    pub(crate) at: Timestamp,
    pub(crate) details: Details,
}

/// The latest refused calls.
#[derive(Default)]
pub(crate) struct RefusedCalls {
    by_rid: HashMap<String, Refused>,
    oldest_first: VecDeque<String>,
}

impl RefusedCalls {
    pub(crate) fn record(&mut self, rid: String, call: Refused) {
        if self.oldest_first.len() >= MOST
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.by_rid.remove(&oldest);
        }
        self.oldest_first.push_back(rid.clone());
        self.by_rid.insert(rid, call);
    }

    /// The call of this id, for the app that made it. Calls of `/sns` are shown to nobody.
    pub(crate) fn look_up(
        &self,
        rid: &str,
        appid: &str,
        now: Timestamp,
    ) -> Result<&Details, Errcode> {
        let call = self.by_rid.get(rid).ok_or(Errcode::NO_SUCH_RID)?;
        if now.since(call.at) > REMEMBERED {
            Err(Errcode::NO_SUCH_RID)
        } else if call.of_sns {
            Err(Errcode::NOT_FOR_SNS)
        } else if call.appid.as_deref() != Some(appid) {
            Err(Errcode::FOREIGN_RID)
        } else {
            Ok(&call.details)
        }
    }
}
