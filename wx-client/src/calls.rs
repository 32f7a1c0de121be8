//! The calls, one file for each kind.

mod component;
mod encrypt_key;
mod encrypted_msg;
mod login;
mod paid_unionid;
mod phone;
mod quota;
mod rid;
mod session_key;
mod token;

#[cfg(feature = "fuzzing")]
pub(crate) use self::{
    encrypt_key::Keys,
    encrypted_msg::Made,
    paid_unionid::Unionid,
    quota::Cleared,
    session_key::{Current, New},
};
pub use encrypt_key::EncryptKey;
pub use encrypted_msg::MsgHash;
pub use paid_unionid::Payment;
pub use phone::{PhoneNumber, Watermark};
pub use rid::PastCall;
