//! Calls of the service, and what their refusals say.
use std::{sync::atomic::Ordering, time::Duration};

use serde_json::json;
use service_kit::{RemoteError, grpc_code};
use tonic::{Response, Status};
use wx_proto::{
    common::v1::ErrorReason,
    session::v1::{
        AppUser, CheckSessionKeyRequest, DecryptOpenDataRequest, Encrypted, GetAccessTokenRequest,
        GetPhoneNumberRequest, GetUserRequest, GetUserResponse, LoginRequest, LoginResponse,
        LogoutRequest, PhoneNumber, RefreshRequest, RefreshResponse, ResetSessionKeyRequest,
        UpdateProfileRequest, User, VerifyRequest, VerifyResponse, check_session_key_request,
        get_phone_number_request::Given, get_user_request::Who, reset_session_key_request,
    },
};

use crate::{system::System, wechat::OpenData};

/// A refusal, with all that a caller can learn from it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) reason: ErrorReason,
    pub(crate) retry_after: Option<Duration>,
}

impl From<Status> for Refused {
    fn from(status: Status) -> Self {
        assert!(!status.details().is_empty(), "no reason given: {status:?}");
        let code = status.code();
        let remote = RemoteError::from(status);
        assert_eq!(code, grpc_code(remote.reason), "{:?}", remote.reason);
        Self {
            reason: remote.reason,
            retry_after: remote.retry_after,
        }
    }
}

pub(crate) type Answer<T> = Result<T, Refused>;

pub(crate) fn answer<T>(result: Result<Response<T>, Status>) -> Answer<T> {
    result.map(Response::into_inner).map_err(Refused::from)
}

/// What a refusal says; fails when the call went well.
#[track_caller]
pub(crate) fn refusal<T>(answer: Answer<T>) -> Refused {
    match answer {
        Ok(_) => panic!("the call went well"),
        Err(refused) => refused,
    }
}

/// The reason of a refusal; fails when the call went well.
#[track_caller]
pub(crate) fn reason<T>(answer: Answer<T>) -> ErrorReason {
    refusal(answer).reason
}

/// Somebody in the first app.
pub(crate) fn app_user(openid: &str) -> AppUser {
    AppUser {
        appid: fake_wechat::DEFAULT_APPID.to_owned(),
        openid: openid.to_owned(),
    }
}

impl System {
    pub(crate) async fn login_with(&self, request: LoginRequest) -> Answer<LoginResponse> {
        answer(self.client.clone().login(request).await)
    }

    pub(crate) async fn login(&self, code: &str) -> Answer<LoginResponse> {
        let request = LoginRequest {
            code: code.to_owned(),
            ..LoginRequest::default()
        };
        self.login_with(request).await
    }

    pub(crate) async fn verify(&self, token: &str) -> Answer<VerifyResponse> {
        let session_rd = token.to_owned();
        answer(
            self.client
                .clone()
                .verify(VerifyRequest { session_rd })
                .await,
        )
    }

    pub(crate) async fn refresh_in_full(&self, token: &str) -> Answer<RefreshResponse> {
        let session_rd = token.to_owned();
        answer(
            self.client
                .clone()
                .refresh(RefreshRequest { session_rd })
                .await,
        )
    }

    /// The successor of a token.
    pub(crate) async fn refresh(&self, token: &str) -> Answer<String> {
        let refreshed = self.refresh_in_full(token).await;
        refreshed.map(|refreshed| refreshed.session_rd)
    }

    pub(crate) async fn logout(&self, token: &str) -> Answer<()> {
        let session_rd = token.to_owned();
        let ended = self
            .client
            .clone()
            .logout(LogoutRequest { session_rd })
            .await;
        answer(ended).map(|_| ())
    }

    pub(crate) async fn decrypt(&self, token: &str, data: OpenData) -> Answer<String> {
        let OpenData {
            encrypted_data,
            iv,
            raw_data,
            signature,
        } = data;
        let request = DecryptOpenDataRequest {
            session_rd: token.to_owned(),
            encrypted_data,
            iv,
            raw_data,
            signature,
        };
        let opened = self.client.clone().decrypt_open_data(request).await;
        answer(opened).map(|opened| opened.json)
    }

    /// An app's `access_token`, in place of one that WeChat has refused, or of none.
    pub(crate) async fn access_token_after(&self, appid: &str, refused: &str) -> Answer<String> {
        let request = GetAccessTokenRequest {
            appid: appid.to_owned(),
            refused: refused.to_owned(),
        };
        let given = self.client.clone().get_access_token(request).await;
        answer(given).map(|given| given.access_token)
    }

    pub(crate) async fn access_token(&self, appid: &str) -> Answer<String> {
        self.access_token_after(appid, "").await
    }

    async fn phone_number(&self, token: &str, given: Given) -> Answer<PhoneNumber> {
        let request = GetPhoneNumberRequest {
            session_rd: token.to_owned(),
            given: Some(given),
        };
        let found = self.client.clone().get_phone_number(request).await;
        answer(found).map(|found| found.phone.unwrap())
    }

    pub(crate) async fn phone_by_code(&self, token: &str, code: &str) -> Answer<PhoneNumber> {
        self.phone_number(token, Given::Code(code.to_owned())).await
    }

    pub(crate) async fn phone_by_data(&self, token: &str, data: OpenData) -> Answer<PhoneNumber> {
        let OpenData {
            encrypted_data, iv, ..
        } = data;
        let given = Given::Encrypted(Encrypted { encrypted_data, iv });
        self.phone_number(token, given).await
    }

    pub(crate) async fn check_key(&self, token: &str) -> Answer<bool> {
        let whose = check_session_key_request::Whose::SessionRd(token.to_owned());
        self.check_key_of(whose).await
    }

    pub(crate) async fn check_key_of(
        &self,
        whose: check_session_key_request::Whose,
    ) -> Answer<bool> {
        let request = CheckSessionKeyRequest { whose: Some(whose) };
        let checked = self.client.clone().check_session_key(request).await;
        answer(checked).map(|checked| checked.valid)
    }

    pub(crate) async fn reset_key(&self, token: &str) -> Answer<()> {
        let whose = reset_session_key_request::Whose::SessionRd(token.to_owned());
        let request = ResetSessionKeyRequest { whose: Some(whose) };
        let reset = self.client.clone().reset_session_key(request).await;
        answer(reset).map(|_| ())
    }

    pub(crate) async fn known(&self, who: Who) -> Answer<GetUserResponse> {
        let who = Some(who);
        answer(self.client.clone().get_user(GetUserRequest { who }).await)
    }

    pub(crate) async fn user(&self, id: &str) -> Answer<User> {
        let found = self.known(Who::UserId(id.to_owned())).await;
        found.map(|found| found.user.unwrap())
    }

    pub(crate) async fn update_profile(&self, request: UpdateProfileRequest) -> Answer<User> {
        let updated = self.client.clone().update_profile(request).await;
        answer(updated).map(|updated| updated.user.unwrap())
    }

    /// A new user of WeChat who was never here.
    pub(crate) async fn newcomer(&self) -> String {
        let number = self.people.fetch_add(1, Ordering::Relaxed);
        let openid = format!("oNEWCOMER{number:019}");
        self.wechat.put_user(&openid, json!({})).await;
        openid
    }

    /// Logs this user in; answers the token.
    pub(crate) async fn log_in(&self, openid: &str) -> String {
        let code = self.wechat.code(openid).await;
        self.login(&code).await.unwrap().session_rd
    }

    /// The token of a user who was never here.
    pub(crate) async fn token(&self) -> String {
        let openid = self.newcomer().await;
        self.log_in(&openid).await
    }
}
