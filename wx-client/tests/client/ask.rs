//! Every call, made with the same values.

use tokio::time::timeout;
use wx_client::{Api, MsgHash, Payment, Renewal, WxClient, WxError};

use crate::stub::{APPID, CODE, MCH_ID, OPENID, PATIENCE, RID, app, platform, signature, token};

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
        Api::ComponentCodeToSession => {
            let platform = platform();
            let exchange = client.component_code_to_session(&platform, APPID, code);
            exchange.await.map(drop)
        }
        Api::Token => client.token(&app).await.map(drop),
        Api::UserEncryptKeys => {
            let keys = client.user_encrypt_keys(&token, openid, &signature);
            keys.await.map(drop)
        }
        Api::PaidUnionid => {
            let payment = Payment::Order {
                mch_id: MCH_ID.to_owned(),
                out_trade_no: code.to_owned(),
            };
            client
                .paid_unionid(&token, openid, &payment)
                .await
                .map(drop)
        }
        Api::ClearQuota => client.clear_quota(&app).await,
        Api::LookUp => client.look_up(&token, RID).await.map(drop),
    }
}

/// The error of this call.
pub(crate) async fn fail(client: &WxClient, api: Api) -> WxError {
    let asked = timeout(PATIENCE, ask(client, api)).await;
    asked.expect("an end in time").unwrap_err()
}
