//! The reader of answers, for fuzzing: there is no other use for it.

use crate::{
    access_token::{AccessToken, GrantedToken},
    answer,
    api::Api,
    calls::{Cleared, Current, Keys, Made, New, PastCall, PhoneNumber, Unionid},
    error::WxError,
    login::WxLogin,
    request::Request,
};

/// What was sent before each answer, and must not come back in an error.
pub const SENT: [&str; 2] = [
    "5ec7e7ca4a7b00b1e5f00d5c0ffee123",
    "87_tokenW8PLAhOzXyJ0mVfE3qG1sK9bN",
];

/// Reads `body` as the answer to the call.
///
/// # Errors
///
/// As of the call.
pub fn read(api: Api, body: &[u8]) -> Result<(), WxError> {
    let [secret, token] = SENT.map(str::to_owned);
    let token = AccessToken::parse("wx0123456789abcdef", token).expect("the constant is a token");
    let request = Request::by(&token, api).hiding("secret", &secret);
    match api {
        Api::CodeToSession | Api::ComponentCodeToSession => {
            answer::read::<WxLogin>(&request, body).map(drop)
        }
        Api::StableToken | Api::Token => answer::read::<GrantedToken>(&request, body).map(drop),
        Api::PhoneNumber => answer::read::<PhoneNumber>(&request, body).map(drop),
        Api::CheckSessionKey => answer::read::<Current>(&request, body).map(drop),
        Api::ResetSessionKey => answer::read::<New>(&request, body).map(drop),
        Api::CheckEncryptedMsg => answer::read::<Made>(&request, body).map(drop),
        Api::UserEncryptKeys => answer::read::<Keys>(&request, body).map(drop),
        Api::PaidUnionid => answer::read::<Unionid>(&request, body).map(drop),
        Api::ClearQuota => answer::read::<Cleared>(&request, body).map(drop),
        Api::LookUp => answer::read::<PastCall>(&request, body).map(drop),
    }
}
