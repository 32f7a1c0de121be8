//! The service as gRPC: parse, call, spell out. No decisions here.
mod convert;
mod wechat;
mod whose;

use service_kit::to_status;
use tonic::{Request, Response, Status};
use wx_proto::session::v1::{
    BlockUserRequest, BlockUserResponse, CheckSessionKeyRequest, CheckSessionKeyResponse,
    DecryptOpenDataRequest, DecryptOpenDataResponse, EraseUserRequest, EraseUserResponse,
    GetAccessTokenRequest, GetAccessTokenResponse, GetPhoneNumberRequest, GetPhoneNumberResponse,
    GetUserRequest, GetUserResponse, ListSessionsRequest, ListSessionsResponse, LoginRequest,
    LoginResponse, LogoutRequest, LogoutResponse, RefreshRequest, RefreshResponse,
    ResetSessionKeyRequest, ResetSessionKeyResponse, RevokeSessionRequest, RevokeSessionResponse,
    RevokeUserRequest, RevokeUserResponse, UnblockUserRequest, UnblockUserResponse,
    UpdateProfileRequest, UpdateProfileResponse, VerifyRequest, VerifyResponse,
    session_service_server::{SessionService, SessionServiceServer},
};

use self::whose::Whose;
use crate::{
    SessionError,
    domain::{EncryptedData, Ending, RawData, SessionId},
    service::{Login, Mine, Sessions},
};

/// No message of ours is larger.
const MESSAGE_BYTES: usize = 128 * 1024;

pub(crate) fn service(sessions: Sessions) -> SessionServiceServer<Grpc> {
    SessionServiceServer::new(Grpc(sessions))
        .max_decoding_message_size(MESSAGE_BYTES)
        .max_encoding_message_size(MESSAGE_BYTES)
}

pub(crate) struct Grpc(Sessions);

impl Grpc {
    async fn log_in(&self, request: LoginRequest) -> Result<LoginResponse, SessionError> {
        let login = Login::try_from(request)?;
        Ok(self.0.login(login).await?.into())
    }

    async fn decrypt(&self, request: DecryptOpenDataRequest) -> Result<String, SessionError> {
        let DecryptOpenDataRequest {
            session_rd,
            encrypted_data,
            iv,
            raw_data,
            signature,
        } = request;
        let raw = RawData::parse(raw_data, signature)?;
        let data = EncryptedData::parse(encrypted_data, iv);
        self.0.decrypt(&session_rd, data, raw).await
    }

    async fn find_user(&self, request: GetUserRequest) -> Result<GetUserResponse, SessionError> {
        let whom = whose::whom(request)?;
        Ok(self.0.known(&whom).await?.into())
    }

    async fn list(&self, request: ListSessionsRequest) -> Result<Vec<Mine>, SessionError> {
        match request.try_into()? {
            Whose::Holder(token) => self.0.list(&token).await,
            Whose::User(id) => self.0.list_of(id).await,
        }
    }

    async fn kick(&self, request: RevokeSessionRequest) -> Result<(), SessionError> {
        // Whatever is no session's id is nobody's session.
        let id = SessionId::parse(&request.session_id).map_err(|_| SessionError::NoSuchSession)?;
        match request.try_into()? {
            Whose::Holder(token) => self.0.kick(&token, id).await,
            Whose::User(user) => self.0.kick_of(user, id).await,
        }
    }

    async fn end_all(&self, request: RevokeUserRequest) -> Result<(), SessionError> {
        match request.try_into()? {
            Whose::Holder(token) => self.0.logout_everywhere(&token).await,
            Whose::User(id) => self.0.end_account(id, Ending::Kick).await,
        }
    }

    async fn erase(&self, request: EraseUserRequest) -> Result<(), SessionError> {
        match request.try_into()? {
            Whose::Holder(token) => self.0.erase(&token).await,
            Whose::User(id) => self.0.end_account(id, Ending::Erase).await,
        }
    }

    async fn block(&self, user: &str) -> Result<(), SessionError> {
        let id = whose::user_id(user)?;
        self.0.end_account(id, Ending::Block).await
    }

    async fn unblock(&self, user: &str) -> Result<(), SessionError> {
        self.0.unblock(whose::user_id(user)?).await
    }

    async fn change_profile(
        &self,
        request: UpdateProfileRequest,
    ) -> Result<UpdateProfileResponse, SessionError> {
        let change = convert::profile_change(&request)?;
        let account = self.0.update_profile(&request.session_rd, &change).await?;
        Ok(UpdateProfileResponse {
            user: Some(account.into()),
        })
    }
}

#[tonic::async_trait]
impl SessionService for Grpc {
    async fn login(
        &self,
        request: Request<LoginRequest>,
    ) -> Result<Response<LoginResponse>, Status> {
        answer(self.log_in(request.into_inner()).await)
    }

    async fn verify(
        &self,
        request: Request<VerifyRequest>,
    ) -> Result<Response<VerifyResponse>, Status> {
        answer(
            self.0
                .verify(&request.into_inner().session_rd)
                .await
                .map(Into::into),
        )
    }

    async fn refresh(
        &self,
        request: Request<RefreshRequest>,
    ) -> Result<Response<RefreshResponse>, Status> {
        answer(
            self.0
                .refresh(&request.into_inner().session_rd)
                .await
                .map(Into::into),
        )
    }

    async fn logout(
        &self,
        request: Request<LogoutRequest>,
    ) -> Result<Response<LogoutResponse>, Status> {
        let ended = self.0.logout(&request.into_inner().session_rd).await;
        answer(ended.map(|()| LogoutResponse {}))
    }

    async fn list_sessions(
        &self,
        request: Request<ListSessionsRequest>,
    ) -> Result<Response<ListSessionsResponse>, Status> {
        let listed = self.list(request.into_inner()).await;
        answer(listed.map(|listed| ListSessionsResponse {
            sessions: listed.into_iter().map(Into::into).collect(),
        }))
    }

    async fn revoke_session(
        &self,
        request: Request<RevokeSessionRequest>,
    ) -> Result<Response<RevokeSessionResponse>, Status> {
        let ended = self.kick(request.into_inner()).await;
        answer(ended.map(|()| RevokeSessionResponse {}))
    }

    async fn revoke_user(
        &self,
        request: Request<RevokeUserRequest>,
    ) -> Result<Response<RevokeUserResponse>, Status> {
        let ended = self.end_all(request.into_inner()).await;
        answer(ended.map(|()| RevokeUserResponse {}))
    }

    async fn block_user(
        &self,
        request: Request<BlockUserRequest>,
    ) -> Result<Response<BlockUserResponse>, Status> {
        let blocked = self.block(&request.into_inner().user_id).await;
        answer(blocked.map(|()| BlockUserResponse {}))
    }

    async fn unblock_user(
        &self,
        request: Request<UnblockUserRequest>,
    ) -> Result<Response<UnblockUserResponse>, Status> {
        let unblocked = self.unblock(&request.into_inner().user_id).await;
        answer(unblocked.map(|()| UnblockUserResponse {}))
    }

    async fn erase_user(
        &self,
        request: Request<EraseUserRequest>,
    ) -> Result<Response<EraseUserResponse>, Status> {
        let erased = self.erase(request.into_inner()).await;
        answer(erased.map(|()| EraseUserResponse {}))
    }

    async fn decrypt_open_data(
        &self,
        request: Request<DecryptOpenDataRequest>,
    ) -> Result<Response<DecryptOpenDataResponse>, Status> {
        let opened = self.decrypt(request.into_inner()).await;
        answer(opened.map(|json| DecryptOpenDataResponse { json }))
    }

    async fn get_user(
        &self,
        request: Request<GetUserRequest>,
    ) -> Result<Response<GetUserResponse>, Status> {
        answer(self.find_user(request.into_inner()).await)
    }

    async fn update_profile(
        &self,
        request: Request<UpdateProfileRequest>,
    ) -> Result<Response<UpdateProfileResponse>, Status> {
        answer(self.change_profile(request.into_inner()).await)
    }

    async fn get_phone_number(
        &self,
        request: Request<GetPhoneNumberRequest>,
    ) -> Result<Response<GetPhoneNumberResponse>, Status> {
        answer(self.phone_number(request.into_inner()).await)
    }

    async fn get_access_token(
        &self,
        request: Request<GetAccessTokenRequest>,
    ) -> Result<Response<GetAccessTokenResponse>, Status> {
        answer(self.access_token(request.into_inner()).await)
    }

    async fn check_session_key(
        &self,
        request: Request<CheckSessionKeyRequest>,
    ) -> Result<Response<CheckSessionKeyResponse>, Status> {
        let checked = self.check_key(request.into_inner()).await;
        answer(checked.map(|valid| CheckSessionKeyResponse { valid }))
    }

    async fn reset_session_key(
        &self,
        request: Request<ResetSessionKeyRequest>,
    ) -> Result<Response<ResetSessionKeyResponse>, Status> {
        let reset = self.reset_key(request.into_inner()).await;
        answer(reset.map(|()| ResetSessionKeyResponse {}))
    }
}

fn answer<T>(result: Result<T, SessionError>) -> Result<Response<T>, Status> {
    result.map(Response::new).map_err(|error| to_status(&error))
}
