//! Calls that WeChat is asked for.
use wx_client::AccessToken;
use wx_proto::session::v1::{
    CheckSessionKeyRequest, Encrypted, GetAccessTokenRequest, GetAccessTokenResponse,
    GetPhoneNumberRequest, GetPhoneNumberResponse, ResetSessionKeyRequest,
    get_phone_number_request,
};

use super::{Grpc, convert};
use crate::{
    SessionError,
    domain::{AppId, EncryptedData, Malformed, PhoneCode},
    service::Given,
};

impl Grpc {
    pub(super) async fn phone_number(
        &self,
        request: GetPhoneNumberRequest,
    ) -> Result<GetPhoneNumberResponse, SessionError> {
        let given = given(request.given)?;
        let phone = self.0.phone_number(&request.session_rd, given).await?;
        Ok(GetPhoneNumberResponse {
            phone: Some(phone.into()),
        })
    }

    pub(super) async fn access_token(
        &self,
        GetAccessTokenRequest { appid, refused }: GetAccessTokenRequest,
    ) -> Result<GetAccessTokenResponse, SessionError> {
        let named = !appid.is_empty();
        let appid = named.then(|| AppId::parse(&appid)).transpose()?;
        let (appid, _) = self.0.apps.find(appid.as_ref())?;
        // What cannot be a token is none that was handed out.
        let refused = AccessToken::parse(appid.as_str(), refused);
        let current = self.0.access_token(Some(&appid), refused.as_ref()).await?;
        let left = current.expires_at.since(self.0.clock.now());
        Ok(GetAccessTokenResponse {
            access_token: current.token.expose().to_owned(),
            expires_in: Some(convert::duration(left)),
        })
    }

    pub(super) async fn check_key(
        &self,
        request: CheckSessionKeyRequest,
    ) -> Result<bool, SessionError> {
        self.0.check_session_key(request.try_into()?).await
    }

    pub(super) async fn reset_key(
        &self,
        request: ResetSessionKeyRequest,
    ) -> Result<(), SessionError> {
        self.0.reset_session_key(request.try_into()?).await
    }
}

fn given(given: Option<get_phone_number_request::Given>) -> Result<Given, Malformed> {
    use get_phone_number_request::Given as Wire;
    match given {
        None => PhoneCode::parse(String::new()).map(Given::Code),
        Some(Wire::Code(code)) => PhoneCode::parse(code).map(Given::Code),
        Some(Wire::Encrypted(Encrypted { encrypted_data, iv })) => {
            Ok(Given::Encrypted(EncryptedData::parse(encrypted_data, iv)))
        }
    }
}
