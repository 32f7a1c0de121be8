//! The one place that takes random bytes, and the words made of them.

use std::fmt::Write as _;

const ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const IDENTIFIER: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
const DIGITS: &[u8; 10] = b"0123456789";

/// `N` random bytes from the operating system.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A login code: 32 letters and digits.
pub(crate) fn login_code() -> String {
    word::<32>(ALPHANUMERIC)
}

/// The longest that WeChat tells its callers to be ready for.
pub(crate) const ACCESS_TOKEN_LENGTH: usize = 512;

/// An `access_token`: two digits, `_`, and letters, digits, `_` and `-`.
pub(crate) fn access_token() -> String {
    const REST: usize = ACCESS_TOKEN_LENGTH - 3;
    format!("{}_{}", word::<2>(DIGITS), word::<REST>(IDENTIFIER))
}

/// A phone code: 64 lower-case hex digits.
pub(crate) fn phone_code() -> String {
    hex(&bytes::<32>())
}

/// An openid or unionid: 28 characters, the first an `o`.
pub(crate) fn openid() -> String {
    format!("o{}", word::<27>(IDENTIFIER))
}

/// The id of a chat group: 28 characters, the first a `G`.
pub(crate) fn group_id() -> String {
    format!("G{}", word::<27>(IDENTIFIER))
}

/// A phone number nobody can have: no Chinese mobile number begins with 100.
pub(crate) fn phone_number() -> String {
    format!("100{}", word::<8>(DIGITS))
}

/// `N` decimal digits.
pub(crate) fn digits<const N: usize>() -> String {
    word::<N>(DIGITS)
}

/// Lower-case hex digits of `bytes`.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
            let _ = write!(text, "{byte:02x}"); // writing to a String cannot fail
            text
        })
}

/// `N` characters of `alphabet`. A slight bias towards its front is no matter in a fake.
fn word<const N: usize>(alphabet: &[u8]) -> String {
    bytes::<N>()
        .iter()
        .map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()]))
        .collect()
}
