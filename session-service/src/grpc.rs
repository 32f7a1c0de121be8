//! The service as gRPC: parse, call, spell out. No decisions here.
mod convert;

use service_kit::to_status;
use tonic::{Request, Response, Status};
use uuid::Uuid;
use wx_proto::session::v1::{
    DecryptOpenDataRequest, DecryptOpenDataResponse, GetUserRequest, GetUserResponse,
    ListSessionsRequest, ListSessionsResponse, LoginRequest, LoginResponse, LogoutRequest,
    LogoutResponse, RefreshRequest, RefreshResponse, RevokeSessionRequest, RevokeSessionResponse,
    RevokeUserRequest, RevokeUserResponse, UpdateProfileRequest, UpdateProfileResponse,
    VerifyRequest, VerifyResponse,
    session_service_server::{SessionService, SessionServiceServer},
};

use crate::{
    SessionError,
    domain::{EncryptedData, Malformed, RawData, SessionId},
    service::{Login, Sessions},
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
        let malformed = |_| Malformed {
            field: "user_id",
            fault: "is not a UUID",
        };
        let id = Uuid::parse_str(&request.user_id).map_err(malformed)?;
        Ok(GetUserResponse {
            user: Some(self.0.user(id).await?.into()),
        })
    }

    async fn kick(&self, request: RevokeSessionRequest) -> Result<(), SessionError> {
        // Whatever is no session's id is nobody's session.
        let id = SessionId::parse(&request.session_id).map_err(|_| SessionError::NoSuchSession)?;
        self.0.kick(&request.session_rd, id).await
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
        let mine = self.0.list(&request.into_inner().session_rd).await;
        answer(mine.map(|mine| ListSessionsResponse {
            sessions: mine.into_iter().map(Into::into).collect(),
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
        let ended = self
            .0
            .logout_everywhere(&request.into_inner().session_rd)
            .await;
        answer(ended.map(|()| RevokeUserResponse {}))
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
}

fn answer<T>(result: Result<T, SessionError>) -> Result<Response<T>, Status> {
    result.map(Response::new).map_err(|error| to_status(&error))
}
