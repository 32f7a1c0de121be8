//! Why something does not pass.

/// A part of what WeChat's client API produces, named as there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The key.
    SessionKey,
    /// The initialisation vector.
    Iv,
    /// The ciphertext.
    EncryptedData,
}

/// Why data does not open or verify. Stays inside: outward all of these are one error.
///
/// In the order of the checks, so that a greater one came further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{}", self.reason())]
pub enum Rejected {
    /// The ring holds no key.
    EmptyRing,
    /// A part is not canonical standard base64.
    BadBase64(Field),
    /// A part has a length it cannot have.
    BadLength(Field),
    /// The sealed key was sealed for someone else, under a key we do not hold, or was changed.
    Unsealable,
    /// The padding is not PKCS#7.
    BadPadding,
    /// The text is not UTF-8.
    BadUtf8,
    /// The text is not one JSON object with single, well-formed members.
    BadJson,
    /// The watermark is missing or names another mini-program.
    WatermarkMismatch,
    /// The watermark has no time, or one outside the window.
    WatermarkStale,
    /// The data names another user.
    OpenidMismatch,
    /// The signature was made with another key or over another text.
    WrongSignature,
}

impl Rejected {
    /// The precise reason, for metrics and logs: one of a closed list.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::EmptyRing => "empty_ring",
            Self::BadBase64(Field::SessionKey) => "bad_base64:session_key",
            Self::BadBase64(Field::Iv) => "bad_base64:iv",
            Self::BadBase64(Field::EncryptedData) => "bad_base64:encryptedData",
            Self::BadLength(Field::SessionKey) => "bad_length:session_key",
            Self::BadLength(Field::Iv) => "bad_length:iv",
            Self::BadLength(Field::EncryptedData) => "bad_length:encryptedData",
            Self::Unsealable => "unsealable",
            Self::BadPadding => "bad_padding",
            Self::BadUtf8 => "bad_utf8",
            Self::BadJson => "bad_json",
            Self::WatermarkMismatch => "watermark_mismatch",
            Self::WatermarkStale => "watermark_stale",
            Self::OpenidMismatch => "openid_mismatch",
            Self::WrongSignature => "wrong_signature",
        }
    }
}

/// Why a request makes no sense. The caller is at fault, and may be told how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The id of that name cannot be one.
    #[error("{0} is empty or too long")]
    Id(&'static str),
    /// The key is not one that WeChat sends.
    #[error("session_key is not base64 of 16 bytes")]
    SessionKey(#[source] Rejected),
    /// No user has that many keys.
    #[error("the ring holds more than three keys")]
    LongRing,
}
