//! What a success looks like, for garbage to be made of.

use serde_json::{Map, Value};

const SESSION: &str =
    r#"{"session_key":"AAAAAAAAAAAAAAAAAAAAAA==","openid":"oAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#;
const TOKEN: &str = r#"{"access_token":"12_AAAAAAAAAAAAAAAAAAAAAAAA","expires_in":7200}"#;
const RESET: &str = r#"{"errcode":0,"errmsg":"ok","openid":"oAAAAAAAAAAAAAAAAAAAAAAAAAAA","session_key":"AAAAAAAAAAAAAAAAAAAAAA=="}"#;
const PHONE: &str = r#"{"errcode":0,"errmsg":"ok","phone_info":{"phoneNumber":"10000000000","purePhoneNumber":"10000000000","countryCode":"86","watermark":{"timestamp":1637744274,"appid":"wxAAAAAAAAAAAAAAAA"}}}"#;
const NOTHING: &str = r#"{"errcode":0,"errmsg":"ok"}"#;

/// A success of this path, with members that mean nothing.
pub(super) fn of(path: &str) -> &'static str {
    match path {
        "/cgi-bin/token" | "/cgi-bin/stable_token" => TOKEN,
        "/wxa/resetusersessionkey" => RESET,
        "/wxa/business/getuserphonenumber" => PHONE,
        _ if path.starts_with("/sns/") => SESSION,
        _ => NOTHING,
    }
}

/// One in which every member that carries something is of another type.
pub(super) fn of_wrong_types(path: &str) -> String {
    changed(path, |name, value| match (name, value) {
        ("errcode" | "errmsg", value) => Some(value),
        (_, Value::String(text)) => Some(Value::from(vec![text])),
        (_, Value::Number(_)) => Some(Value::from("soon")),
        (_, _) => Some(Value::from(28)),
    })
}

/// One in which only errcode and errmsg are left, where they were.
pub(super) fn without_payload(path: &str) -> String {
    changed(path, |name, value| name.starts_with("err").then_some(value))
}

fn changed(path: &str, change: impl Fn(&str, Value) -> Option<Value>) -> String {
    let sample: Map<String, Value> = serde_json::from_str(of(path)).expect("samples are objects");
    let members = sample
        .into_iter()
        .filter_map(|(name, value)| change(&name, value).map(|value| (name, value)));
    Value::Object(members.collect()).to_string()
}
