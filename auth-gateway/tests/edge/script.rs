//! A session-service that answers what it is told to, and remembers what it was asked.
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use service_kit::{RemoteError, to_status};
use tonic::{Request, Response, Status};
use wx_proto::session::v1::{
    AppUser, BlockUserRequest, BlockUserResponse, CheckSessionKeyRequest, CheckSessionKeyResponse,
    DecryptOpenDataRequest, DecryptOpenDataResponse, Encrypted, EraseUserRequest,
    EraseUserResponse, GetAccessTokenRequest, GetAccessTokenResponse, GetPhoneNumberRequest,
    GetPhoneNumberResponse, GetUserRequest, GetUserResponse, Identity, KeptPhone,
    ListSessionsRequest, ListSessionsResponse, ListedSession, LoginRequest, LoginResponse,
    LogoutRequest, LogoutResponse, PhoneNumber, RefreshRequest, RefreshResponse,
    ResetSessionKeyRequest, ResetSessionKeyResponse, RevokeSessionRequest, RevokeSessionResponse,
    RevokeUserRequest, RevokeUserResponse, UnblockUserRequest, UnblockUserResponse,
    UpdateProfileRequest, UpdateProfileResponse, User, VerifyRequest, VerifyResponse,
    erase_user_request, get_phone_number_request::Given, get_user_request, list_sessions_request,
    revoke_session_request, revoke_user_request, session_service_server::SessionService,
};

pub(crate) const TOKEN: &str = "wxs_script-token";
pub(crate) const SUCCESSOR: &str = "wxs_script-successor";
pub(crate) const SESSION: &str = "7f3c1d9a5b2e4f60818293a4b5c6d7e8";
pub(crate) const OPENID: &str = "oScript-openid";
pub(crate) const OPENED: &str = r#"{"phoneNumber": "13580006666",  "watermark":{"timestamp":1.0}}"#;

/// One call: what it was, what it said, and the names and values beside it.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) said: String,
    pub(crate) metadata: BTreeMap<String, String>,
}

#[derive(Default)]
struct Memory {
    refusals: BTreeMap<&'static str, RemoteError>,
    calls: Vec<Call>,
    identity: Option<Identity>,
    profile_required: bool,
}

#[derive(Clone, Default)]
pub(crate) struct Script(Arc<Mutex<Memory>>);

impl Script {
    /// From now on `method` fails with `error`.
    pub(crate) fn refuse(&self, method: &'static str, error: RemoteError) {
        self.0.lock().unwrap().refusals.insert(method, error);
    }

    /// From now on sessions belong to `identity`.
    pub(crate) fn identify(&self, identity: Identity) {
        self.0.lock().unwrap().identity = Some(identity);
    }

    /// From now on the user should be asked for a nickname, or not.
    pub(crate) fn require_profile(&self, required: bool) {
        self.0.lock().unwrap().profile_required = required;
    }

    fn user(&self) -> User {
        User {
            id: "user-1".to_owned(),
            nickname: "小梅".to_owned(),
            profile_required: self.0.lock().unwrap().profile_required,
            ..User::default()
        }
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.0.lock().unwrap().calls.clone()
    }

    pub(crate) fn said(&self) -> Vec<String> {
        self.calls().into_iter().map(|call| call.said).collect()
    }

    fn hear<T>(
        &self,
        method: &'static str,
        request: &Request<T>,
        said: &str,
    ) -> Result<(), Status> {
        let headers = request.metadata().as_ref().iter();
        let metadata = headers
            .map(|(name, value)| (name.to_string(), format!("{value:?}")))
            .collect();
        let mut memory = self.0.lock().unwrap();
        let said = format!("{method} {said}").trim().to_owned();
        memory.calls.push(Call { said, metadata });
        memory
            .refusals
            .get(method)
            .map_or(Ok(()), |error| Err(to_status(error)))
    }
}

pub(crate) fn identity() -> Identity {
    Identity {
        user_id: "user-1".to_owned(),
        appid: "wxscript".to_owned(),
        openid: OPENID.to_owned(),
        unionid: "uScript".to_owned(),
        former_ids: vec!["former-id".to_owned()],
    }
}

pub(crate) const PHONE: &str = "13912345678";

fn phone_number(verified: bool) -> PhoneNumber {
    PhoneNumber {
        phone_number: format!("+852{PHONE}"),
        pure_phone_number: PHONE.to_owned(),
        country_code: "852".to_owned(),
        verified,
    }
}

fn seconds(seconds: i64) -> prost_types::Duration {
    prost_types::Duration { seconds, nanos: 0 }
}

fn at(seconds: i64, nanos: i32) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds, nanos }
}

#[tonic::async_trait]
impl SessionService for Script {
    async fn login(
        &self,
        request: Request<LoginRequest>,
    ) -> Result<Response<LoginResponse>, Status> {
        let LoginRequest {
            code,
            appid,
            nonce,
            device,
        } = request.get_ref();
        self.hear(
            "login",
            &request,
            &format!("{code}|{appid}|{nonce}|{device}"),
        )?;
        Ok(Response::new(LoginResponse {
            session_rd: TOKEN.to_owned(),
            expires_in: Some(seconds(1800)),
            refresh_in: Some(seconds(1200)),
            user: Some(self.user()),
            is_new: true,
        }))
    }

    async fn verify(
        &self,
        request: Request<VerifyRequest>,
    ) -> Result<Response<VerifyResponse>, Status> {
        self.hear("verify", &request, &request.get_ref().session_rd)?;
        let known = self.0.lock().unwrap().identity.clone();
        Ok(Response::new(VerifyResponse {
            identity: Some(known.unwrap_or_else(identity)),
            session_id: SESSION.to_owned(),
            issued_at: Some(at(1_769_846_400, 0)),
            expires_at: Some(at(1_769_848_200, 250_000_000)),
            absolute_expires_at: Some(at(1_772_438_400, 0)),
            ..VerifyResponse::default()
        }))
    }

    async fn refresh(
        &self,
        request: Request<RefreshRequest>,
    ) -> Result<Response<RefreshResponse>, Status> {
        self.hear("refresh", &request, &request.get_ref().session_rd)?;
        Ok(Response::new(RefreshResponse {
            session_rd: SUCCESSOR.to_owned(),
            expires_in: Some(seconds(1800)),
            refresh_in: Some(seconds(1200)),
        }))
    }

    async fn logout(
        &self,
        request: Request<LogoutRequest>,
    ) -> Result<Response<LogoutResponse>, Status> {
        self.hear("logout", &request, &request.get_ref().session_rd)?;
        Ok(Response::new(LogoutResponse {}))
    }

    async fn list_sessions(
        &self,
        request: Request<ListSessionsRequest>,
    ) -> Result<Response<ListSessionsResponse>, Status> {
        let Some(list_sessions_request::Whose::SessionRd(said)) = &request.get_ref().whose else {
            panic!("the gateway is no operator");
        };
        self.hear("list_sessions", &request, said)?;
        let listed = ListedSession {
            session_id: SESSION.to_owned(),
            current: true,
            device: "小梅的手机".to_owned(),
            issued_at: Some(at(1_769_846_400, 0)),
            last_used_at: Some(at(1_769_847_600, 0)),
            expires_at: Some(at(1_769_849_400, 0)),
            appid: "wxscript".to_owned(),
        };
        Ok(Response::new(ListSessionsResponse {
            sessions: vec![listed],
        }))
    }

    async fn revoke_session(
        &self,
        request: Request<RevokeSessionRequest>,
    ) -> Result<Response<RevokeSessionResponse>, Status> {
        let RevokeSessionRequest { whose, session_id } = request.get_ref();
        let Some(revoke_session_request::Whose::SessionRd(session_rd)) = whose else {
            panic!("the gateway is no operator");
        };
        self.hear(
            "revoke_session",
            &request,
            &format!("{session_rd}|{session_id}"),
        )?;
        Ok(Response::new(RevokeSessionResponse {}))
    }

    async fn revoke_user(
        &self,
        request: Request<RevokeUserRequest>,
    ) -> Result<Response<RevokeUserResponse>, Status> {
        let Some(revoke_user_request::Whose::SessionRd(said)) = &request.get_ref().whose else {
            panic!("the gateway is no operator");
        };
        self.hear("revoke_user", &request, said)?;
        Ok(Response::new(RevokeUserResponse {}))
    }

    async fn erase_user(
        &self,
        request: Request<EraseUserRequest>,
    ) -> Result<Response<EraseUserResponse>, Status> {
        let Some(erase_user_request::Whose::SessionRd(said)) = &request.get_ref().whose else {
            panic!("the gateway is no operator");
        };
        self.hear("erase_user", &request, said)?;
        Ok(Response::new(EraseUserResponse {}))
    }

    async fn block_user(
        &self,
        _: Request<BlockUserRequest>,
    ) -> Result<Response<BlockUserResponse>, Status> {
        panic!("the gateway is no operator");
    }

    async fn unblock_user(
        &self,
        _: Request<UnblockUserRequest>,
    ) -> Result<Response<UnblockUserResponse>, Status> {
        panic!("the gateway is no operator");
    }

    async fn decrypt_open_data(
        &self,
        request: Request<DecryptOpenDataRequest>,
    ) -> Result<Response<DecryptOpenDataResponse>, Status> {
        let sent = request.get_ref();
        let said = format!(
            "{}|{}|{:?}|{:?}",
            sent.encrypted_data, sent.iv, sent.raw_data, sent.signature
        );
        self.hear("decrypt", &request, &said)?;
        let json = OPENED.to_owned();
        Ok(Response::new(DecryptOpenDataResponse { json }))
    }

    async fn get_user(
        &self,
        request: Request<GetUserRequest>,
    ) -> Result<Response<GetUserResponse>, Status> {
        let Some(get_user_request::Who::UserId(said)) = &request.get_ref().who else {
            panic!("the gateway knows users by our ids");
        };
        self.hear("user", &request, said)?;
        // All that only internal callers may know.
        let identity = AppUser {
            appid: "wxscript".to_owned(),
            openid: OPENID.to_owned(),
        };
        Ok(Response::new(GetUserResponse {
            user: Some(self.user()),
            identities: vec![identity],
            unionid: "uScript".to_owned(),
            former_ids: vec!["former-id".to_owned()],
            blocked_at: Some(at(1, 0)),
            phone: Some(KeptPhone {
                number: Some(phone_number(true)),
                obtained_at: Some(at(1, 0)),
            }),
        }))
    }

    async fn update_profile(
        &self,
        request: Request<UpdateProfileRequest>,
    ) -> Result<Response<UpdateProfileResponse>, Status> {
        let sent = request.get_ref();
        let said = format!("{:?}|{:?}", sent.nickname, sent.avatar_url);
        self.hear("profile", &request, &said)?;
        Ok(Response::new(UpdateProfileResponse {
            user: Some(self.user()),
        }))
    }

    async fn get_phone_number(
        &self,
        request: Request<GetPhoneNumberRequest>,
    ) -> Result<Response<GetPhoneNumberResponse>, Status> {
        let (said, verified) = match &request.get_ref().given {
            Some(Given::Code(code)) => (code.clone(), true),
            Some(Given::Encrypted(Encrypted { encrypted_data, iv })) => {
                (format!("{encrypted_data}|{iv}"), false)
            }
            None => panic!("the gateway says what the button gave"),
        };
        self.hear("phone_number", &request, &said)?;
        Ok(Response::new(GetPhoneNumberResponse {
            phone: Some(phone_number(verified)),
        }))
    }

    async fn get_access_token(
        &self,
        _: Request<GetAccessTokenRequest>,
    ) -> Result<Response<GetAccessTokenResponse>, Status> {
        panic!("the gateway needs no access_token");
    }

    async fn check_session_key(
        &self,
        _: Request<CheckSessionKeyRequest>,
    ) -> Result<Response<CheckSessionKeyResponse>, Status> {
        panic!("the gateway asks nothing of session_keys");
    }

    async fn reset_session_key(
        &self,
        _: Request<ResetSessionKeyRequest>,
    ) -> Result<Response<ResetSessionKeyResponse>, Status> {
        panic!("the gateway asks nothing of session_keys");
    }
}
