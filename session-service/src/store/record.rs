//! The layout of records: versioned, private, and never the wire's.
mod access_token;
mod attempts;
mod claim;
mod packed;
mod phone;
mod session;
mod user;

/// A value with a stored form.
pub(super) trait Record: Sized {
    /// What its key says of it already: that is not stored a second time.
    type Place;
    /// The stored form.
    fn encode(&self) -> Vec<u8>;
    /// The value; nothing when the bytes do not hold one.
    fn decode(bytes: &[u8], place: Self::Place) -> Option<Self>;
}
