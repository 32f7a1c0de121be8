//! The calls, one file for each kind.

mod encrypted_msg;
mod login;
mod phone;
mod session_key;
mod token;

pub use encrypted_msg::MsgHash;
pub use phone::{PhoneNumber, Watermark};
