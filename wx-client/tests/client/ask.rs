//! Every call, made with the same values.

use tokio::time::timeout;
use wx_client::{Api, MsgHash, Renewal, WxClient, WxError};

use crate::stub::{CODE, OPENID, PATIENCE, app, signature, token};

/// Makes this call with the values above; what it succeeds with does not matter.
pub(crate) async fn ask(client: &WxClient, api: Api) -> Result<(), WxError> {
    ask_for(client, api, CODE, OPENID).await
}

/// Makes this call for this code and user.
pub(crate) async fn ask_for(
    client: &WxClient,
    api: Api,
    code: &str,
    openid: &str,
) -> Result<(), WxError> {
    let (app, token, signature) = (app(), token(), signature());
    match api {
        Api::CodeToSession => client.code_to_session(&app, code).await.map(drop),
        Api::StableToken => {
            let renewal = Renewal::WhenDue;
            client.stable_token(&app, renewal).await.map(drop)
        }
        Api::PhoneNumber => client.phone_number(&token, code, openid).await.map(drop),
        Api::CheckSessionKey => {
            let check = client.check_session(&token, openid, &signature);
            check.await.map(drop)
        }
        Api::ResetSessionKey => {
            let reset = client.reset_session_key(&token, openid, &signature);
            reset.await.map(drop)
        }
        Api::CheckEncryptedMsg => {
            let check = client.check_encrypted_msg(&token, MsgHash::of_text("AA=="));
            check.await.map(drop)
        }
    }
}

/// The error of this call.
pub(crate) async fn fail(client: &WxClient, api: Api) -> WxError {
    let asked = timeout(PATIENCE, ask(client, api)).await;
    asked.expect("an end in time").unwrap_err()
}
