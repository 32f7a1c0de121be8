//! The text forms WeChat uses.
use base64::{Engine, prelude::BASE64_STANDARD};
use zeroize::Zeroizing;

use super::{Field, Rejected};

/// The bytes of canonical standard base64: padded, no white space, spare bits zero.
pub(super) fn from_base64(field: Field, text: &str) -> Result<Zeroizing<Vec<u8>>, Rejected> {
    let mut bytes = Zeroizing::new(Vec::new());
    BASE64_STANDARD
        .decode_vec(text, &mut bytes)
        .map_err(|_| Rejected::BadBase64(field))?;
    Ok(bytes)
}

/// Lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| DIGITS[usize::from(nibble)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_base64_passes() {
        let bytes = |text| from_base64(Field::Iv, text).map(|bytes| bytes.to_vec());
        assert_eq!(bytes("/+8=").unwrap(), [0xff, 0xef]);
        for text in [
            "/+8", "/+9=", "_-8=", "/+8=\n", " /+8=", "/+8==", "/ 8=", "=", "A",
        ] {
            assert_eq!(bytes(text), Err(Rejected::BadBase64(Field::Iv)), "{text:?}");
        }
    }

    #[test]
    fn hex_is_lower_case_and_complete() {
        assert_eq!(hex(&[0x00, 0x0f, 0xa9, 0xff]), "000fa9ff");
    }
}
