//! A code, however hostile, stays one parameter.

use proptest::prelude::*;
use tokio::runtime::Runtime;

use crate::stub::{APPID, SECRET, Stub, app};

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
fn no_code_can_add_a_parameter() {
    let runtime = Runtime::new().unwrap();
    let wechat = runtime.block_on(Stub::saying(r#"{"errcode":40029}"#));
    let client = wechat.client();
    proptest!(|(code in hostile())| {
        let result = runtime.block_on(client.code_to_session(&app(), &code));
        prop_assert_eq!(result.err().and_then(|error| error.errcode()), Some(40029));
        let seen = wechat.seen();
        prop_assert_eq!(seen.len(), 1);
        prop_assert_eq!(&seen[0].line, "GET /sns/jscode2session");
        prop_assert_eq!(&seen[0].headers, &["accept", "host"]);
        let expected = [
            ("appid", APPID),
            ("secret", SECRET),
            ("js_code", &code),
            ("grant_type", "authorization_code"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        prop_assert_eq!(&seen[0].query, &expected);
    });
}
