//! Ids as WeChat gives them, in less room.
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

/// A text as it is stored, after a byte that says how. An openid is 28 characters of base64url, and so
/// 21 bytes; an appid is `wx` and 16 hex digits, and so 8; any other text is stored as it is.
pub(super) fn pack(text: &str) -> Vec<u8> {
    let digits = text
        .strip_prefix("wx")
        .and_then(|hex| hex::decode(hex).ok());
    if let Some(bytes) = digits.filter(|bytes| format!("wx{}", hex::encode(bytes)) == text) {
        return [&[2], bytes.as_slice()].concat();
    }
    let packed = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
    // Only what comes back the same: `AB` and `AA` may be the same bytes.
    match packed.filter(|bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes) == text) {
        Some(bytes) => [&[0], bytes.as_slice()].concat(),
        None => [&[1], text.as_bytes()].concat(),
    }
}

/// The text that was stored; none when this is none.
pub(super) fn unpack(stored: &[u8]) -> Option<String> {
    match stored.split_first()? {
        (0, bytes) => Some(BASE64_URL_SAFE_NO_PAD.encode(bytes)),
        (1, text) => Some(String::from_utf8(text.to_vec()).ok()?),
        (2, bytes) => Some(format!("wx{}", hex::encode(bytes))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_wechat_gives_takes_less_room() {
        assert_eq!(pack("oABCDEFGHIJKLMNOPQRSTUVWXY_-").len(), 22);
        assert_eq!(pack("wx0123456789abcdef").len(), 9);
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "[A-Za-z0-9_-]{0,40}|wx[0-9a-fA-F]{0,20}|.{0,40}") {
            prop_assert_eq!(unpack(&pack(&text)), Some(text));
        }

        #[test]
        fn no_bytes_whatever_panic(bytes: Vec<u8>) {
            let _ = unpack(&bytes);
        }
    }
}
