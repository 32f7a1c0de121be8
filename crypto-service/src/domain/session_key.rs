//! WeChat's key for one user.
use base64::{Engine, prelude::BASE64_STANDARD};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{Field, Rejected, encoding::from_base64};

/// Characters of 16 bytes in base64.
const TEXT: usize = 24;

/// A `session_key` in clear: wiped when dropped.
///
/// It may be moved:
/// ```
/// fn is<T: Send>() {}
/// is::<crypto_service::domain::SessionKey>();
/// ```
/// It cannot be printed,
/// ```compile_fail,E0277
/// fn is<T: std::fmt::Debug>() {}
/// is::<crypto_service::domain::SessionKey>();
/// ```
/// ```compile_fail,E0277
/// fn is<T: std::fmt::Display>() {}
/// is::<crypto_service::domain::SessionKey>();
/// ```
/// copied,
/// ```compile_fail,E0277
/// fn is<T: Clone>() {}
/// is::<crypto_service::domain::SessionKey>();
/// ```
/// compared in a time that depends on it,
/// ```compile_fail,E0277
/// fn is<T: PartialEq>() {}
/// is::<crypto_service::domain::SessionKey>();
/// ```
/// or written out.
/// ```compile_fail,E0277
/// fn is<T: serde::Serialize>() {}
/// is::<crypto_service::domain::SessionKey>();
/// ```
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SessionKey([u8; 16]);

impl SessionKey {
    /// Reads the text form that WeChat sends.
    ///
    /// # Errors
    /// When it is not canonical standard base64, or not of 16 bytes.
    pub fn parse(text: &str) -> Result<Self, Rejected> {
        let bytes = from_base64(Field::SessionKey, text)?;
        Self::from_slice(&bytes).ok_or(Rejected::BadLength(Field::SessionKey))
    }

    pub(super) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(super) const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The text form again: WeChat's signatures are made with it, not with the bytes.
    pub(super) fn text(&self) -> Zeroizing<[u8; TEXT]> {
        let mut text = Zeroizing::new([0; TEXT]);
        BASE64_STANDARD
            .encode_slice(self.0, &mut *text)
            .expect("16 bytes are 24 characters of base64");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_keeps_its_text_form() {
        let text = "HyVFkGl5F5OQWJZZaNzBBg==";
        assert_eq!(&*SessionKey::parse(text).unwrap().text(), text.as_bytes());
    }

    #[test]
    fn a_key_is_wiped_when_dropped() {
        fn wiped<T: ZeroizeOnDrop>() {}
        wiped::<SessionKey>();
        let mut key = SessionKey([7; 16]);
        key.zeroize();
        assert_eq!(key.bytes(), &[0; 16]);
    }

    #[test]
    fn only_base64_of_sixteen_bytes_is_a_key() {
        let refused = |text| SessionKey::parse(text).err();
        let bad_base64 = Some(Rejected::BadBase64(Field::SessionKey));
        let bad_length = Some(Rejected::BadLength(Field::SessionKey));
        assert_eq!(refused("HyVFkGl5F5OQWJZZaNzBBg"), bad_base64);
        assert_eq!(refused("HyVFkGl5F5OQWJZZaNzBBh=="), bad_base64);
        assert_eq!(refused("HyVFkGl5F5OQWJZZaNzB"), bad_length);
        assert_eq!(refused("HyVFkGl5F5OQWJZZaNzBBgcH"), bad_length);
        assert_eq!(refused(""), bad_length);
    }
}
