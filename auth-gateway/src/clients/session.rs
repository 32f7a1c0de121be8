//! session-service, over gRPC.
use std::time::Duration;

use async_trait::async_trait;
use service_kit::{GrpcChannel, RemoteError};
use tonic::Request;
use wx_proto::session::v1::{
    DecryptOpenDataRequest, Encrypted, EraseUserRequest, GetPhoneNumberRequest, GetUserRequest,
    ListSessionsRequest, LoginRequest, LogoutRequest, RefreshRequest, RevokeSessionRequest,
    RevokeUserRequest, UpdateProfileRequest, VerifyRequest, erase_user_request,
    get_phone_number_request::Given, get_user_request, list_sessions_request,
    revoke_session_request, revoke_user_request, session_service_client::SessionServiceClient,
};

use super::{Deadlines, convert::required};
use crate::ports::{
    GivenPhone, Granted, ListedSession, LoggedIn, Login, OpenData, PhoneNumber, Profile, Session,
    SessionPort, SessionToken, User,
};

/// No message to or from session-service is larger.
const MESSAGE_BYTES: usize = 128 * 1024;

/// session-service at the end of a channel.
#[derive(Clone, Debug)]
pub struct GrpcSessions {
    client: SessionServiceClient<GrpcChannel>,
    deadlines: Deadlines,
}

impl GrpcSessions {
    /// The service at the end of `channel`, asked within `deadlines`.
    #[must_use]
    pub fn new(channel: GrpcChannel, deadlines: Deadlines) -> Self {
        let client = SessionServiceClient::new(channel)
            .max_decoding_message_size(MESSAGE_BYTES)
            .max_encoding_message_size(MESSAGE_BYTES);
        Self { client, deadlines }
    }

    fn client(&self) -> SessionServiceClient<GrpcChannel> {
        self.client.clone()
    }
}

fn within<T>(deadline: Duration, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(deadline);
    request
}

#[async_trait]
impl SessionPort for GrpcSessions {
    async fn login(&self, login: Login) -> Result<LoggedIn, RemoteError> {
        let Login {
            code,
            appid,
            nonce,
            device,
        } = login;
        let message = LoginRequest {
            code,
            appid: appid.unwrap_or_default(),
            nonce: nonce.unwrap_or_default(),
            device: device.unwrap_or_default(),
        };
        let request = within(self.deadlines.login, message);
        let answer = self.client().login(request).await?;
        answer.into_inner().try_into()
    }

    async fn verify(&self, token: &SessionToken) -> Result<Session, RemoteError> {
        let session_rd = token.expose().to_owned();
        let request = within(self.deadlines.session, VerifyRequest { session_rd });
        let answer = self.client().verify(request).await?;
        answer.into_inner().try_into()
    }

    async fn refresh(&self, token: &SessionToken) -> Result<Granted, RemoteError> {
        let session_rd = token.expose().to_owned();
        let request = within(self.deadlines.session, RefreshRequest { session_rd });
        let answer = self.client().refresh(request).await?;
        answer.into_inner().try_into()
    }

    async fn logout(&self, token: &SessionToken) -> Result<(), RemoteError> {
        let session_rd = token.expose().to_owned();
        let request = within(self.deadlines.session, LogoutRequest { session_rd });
        self.client().logout(request).await?;
        Ok(())
    }

    async fn sessions(&self, token: &SessionToken) -> Result<Vec<ListedSession>, RemoteError> {
        let holder = list_sessions_request::Whose::SessionRd(token.expose().to_owned());
        let whose = Some(holder);
        let request = within(self.deadlines.session, ListSessionsRequest { whose });
        let answer = self.client().list_sessions(request).await?;
        answer
            .into_inner()
            .sessions
            .into_iter()
            .map(TryInto::try_into)
            .collect()
    }

    async fn end_session(&self, token: &SessionToken, id: &str) -> Result<(), RemoteError> {
        let holder = revoke_session_request::Whose::SessionRd(token.expose().to_owned());
        let message = RevokeSessionRequest {
            whose: Some(holder),
            session_id: id.to_owned(),
        };
        self.client()
            .revoke_session(within(self.deadlines.session, message))
            .await?;
        Ok(())
    }

    async fn end_all(&self, token: &SessionToken) -> Result<(), RemoteError> {
        let holder = revoke_user_request::Whose::SessionRd(token.expose().to_owned());
        let whose = Some(holder);
        let request = within(self.deadlines.session, RevokeUserRequest { whose });
        self.client().revoke_user(request).await?;
        Ok(())
    }

    async fn erase(&self, token: &SessionToken) -> Result<(), RemoteError> {
        let holder = erase_user_request::Whose::SessionRd(token.expose().to_owned());
        let whose = Some(holder);
        let request = within(self.deadlines.other, EraseUserRequest { whose });
        self.client().erase_user(request).await?;
        Ok(())
    }

    async fn open_data(&self, token: &SessionToken, data: OpenData) -> Result<String, RemoteError> {
        let OpenData {
            encrypted_data,
            iv,
            raw_data,
            signature,
        } = data;
        let message = DecryptOpenDataRequest {
            session_rd: token.expose().to_owned(),
            encrypted_data,
            iv,
            raw_data,
            signature,
        };
        let request = within(self.deadlines.other, message);
        let answer = self.client().decrypt_open_data(request).await;
        Ok(answer?.into_inner().json)
    }

    async fn phone_number(
        &self,
        token: &SessionToken,
        given: GivenPhone,
    ) -> Result<PhoneNumber, RemoteError> {
        let given = match given {
            GivenPhone::Code(code) => Given::Code(code),
            GivenPhone::Encrypted { encrypted_data, iv } => {
                Given::Encrypted(Encrypted { encrypted_data, iv })
            }
        };
        let message = GetPhoneNumberRequest {
            session_rd: token.expose().to_owned(),
            given: Some(given),
        };
        // WeChat is asked on the way.
        let request = within(self.deadlines.login, message);
        let answer = self.client().get_phone_number(request).await?;
        required(answer.into_inner().phone, "phone").map(PhoneNumber::from)
    }

    async fn user(&self, id: &str) -> Result<User, RemoteError> {
        let who = Some(get_user_request::Who::UserId(id.to_owned()));
        let request = within(self.deadlines.other, GetUserRequest { who });
        let answer = self.client().get_user(request).await?;
        // What stands beside the user is not for the mini-program.
        required(answer.into_inner().user, "user").map(User::from)
    }

    async fn update_profile(
        &self,
        token: &SessionToken,
        profile: Profile,
    ) -> Result<User, RemoteError> {
        let message = UpdateProfileRequest {
            session_rd: token.expose().to_owned(),
            nickname: profile.nickname,
            avatar_url: profile.avatar_url,
        };
        let request = within(self.deadlines.other, message);
        let answer = self.client().update_profile(request).await;
        required(answer?.into_inner().user, "user").map(User::from)
    }
}
