//! A code or openid, however hostile, stays one parameter.

use proptest::prelude::*;
use tokio::runtime::Runtime;
use wx_client::Api;

use crate::{
    ask::ask_for,
    stub::Stub,
    wire::{is_asked, wire},
};

/// Strings made to break out of a parameter, and any others.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("&appid=wxother&secret=other"),
        Just("#"),
        Just("?"),
        Just("%26secret%3Dother"),
        Just("\r\nHost: other\r\n\r\n"),
        Just(";js_code=x"),
        Just("+ \0\u{202e}\"<'"),
        Just("/../../cgi-bin/token"),
    ];
    let built = proptest::collection::vec(pieces, 1..6).prop_map(|pieces| pieces.concat());
    prop_oneof![built, any::<String>(), "\\PC{0,200}"]
}

#[test]
fn no_code_or_openid_can_add_a_parameter() {
    let runtime = Runtime::new().unwrap();
    let wechat = runtime.block_on(Stub::saying(r#"{"errcode":40029}"#));
    let client = wechat.client();
    let config = ProptestConfig::with_cases(64);
    proptest!(config, |(code in hostile(), openid in hostile())| {
        for api in Api::ALL {
            let result = runtime.block_on(ask_for(&client, api, &code, &openid));
            prop_assert_eq!(result.err().and_then(|error| error.errcode()), Some(40029));
            let seen = wechat.seen();
            prop_assert_eq!(seen.len(), 1);
            let asked = is_asked(&seen[0], &wire(api, &code, &openid));
            prop_assert_eq!(asked, Ok(()));
        }
    });
}
