//! What WeChat keeps of a refused call.

use service_kit::Timestamp;

use super::{caller, request::ApiRequest};
use crate::state::{
    World,
    refused::{Details, Refused},
};

/// So much of a credential is kept, as in WeChat's own sample.
const SHOWN: usize = 6;
/// Longer texts are kept cut to this many characters.
const MOST_KEPT: usize = 1_000;
/// Whose values are not kept whole.
const CREDENTIALS: [&str; 4] = [
    "access_token",
    "component_access_token",
    "secret",
    "appsecret",
];

/// The call and its answer, without the credentials in them.
pub(super) fn of(world: &World, request: &ApiRequest, response: &str, now: Timestamp) -> Refused {
    Refused {
        appid: caller::appid(world, request).map(str::to_owned),
        of_sns: request.path.starts_with("/sns/"),
        at: now,
        details: Details {
            invoke_time: now.unix_seconds(),
            cost_in_ms: 0,
            request_url: query(request),
            request_body: body(request),
            response_body: response.to_owned(),
            client_ip: request.from.to_string(),
        },
    }
}

fn query(request: &ApiRequest) -> String {
    let pairs = request.query.pairs().map(|(name, value)| {
        if CREDENTIALS.contains(&name) {
            format!("{name}={}", masked(value))
        } else {
            format!("{name}={value}")
        }
    });
    shortened(&pairs.collect::<Vec<_>>().join("&"))
}

fn body(request: &ApiRequest) -> String {
    let text = String::from_utf8_lossy(&request.body).into_owned();
    let hidden = CREDENTIALS.iter().filter_map(|name| request.member(name));
    shortened(&hidden.fold(text, |text, value| {
        if value.is_empty() {
            text
        } else {
            text.replace(value, &masked(value))
        }
    }))
}

fn masked(value: &str) -> String {
    let shown: String = value.chars().take(SHOWN).collect();
    format!("{shown}xxxx")
}

fn shortened(text: &str) -> String {
    text.chars().take(MOST_KEPT).collect()
}
