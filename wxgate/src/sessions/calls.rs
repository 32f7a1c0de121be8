//! The calls of session-service that an operator makes.
use std::time::Duration;

use anyhow::{Context, anyhow};
use service_kit::{GrpcChannel, RemoteError};
use wx_proto::session::v1::{
    AppUser, BlockUserRequest, GetUserRequest, GetUserResponse, ListSessionsRequest, ListedSession,
    RevokeSessionRequest, RevokeUserRequest, UnblockUserRequest, get_user_request::Who,
    list_sessions_request, revoke_session_request, revoke_user_request,
    session_service_client::SessionServiceClient,
};

use super::Whom;

/// A person waits this long, and no longer.
const DEADLINE: Duration = Duration::from_secs(10);

/// A session-service that runs somewhere.
pub(super) struct SessionService {
    client: SessionServiceClient<GrpcChannel>,
    url: String,
}

impl SessionService {
    /// The service at `url`; it is asked when needed.
    pub(super) fn at(url: &str) -> anyhow::Result<Self> {
        let channel = service_kit::connect(url, DEADLINE);
        let channel = channel.context("--session-service is not an address")?;
        Ok(Self {
            client: SessionServiceClient::new(channel),
            url: url.to_owned(),
        })
    }

    /// All that is known of somebody.
    pub(super) async fn user(&self, whom: Whom) -> anyhow::Result<GetUserResponse> {
        let Whom {
            user,
            appid,
            openid,
        } = whom;
        let who = match user {
            Some(id) => Who::UserId(id),
            None => Who::Identity(AppUser {
                appid: appid.unwrap_or_default(),
                openid: openid.unwrap_or_default(),
            }),
        };
        let request = GetUserRequest { who: Some(who) };
        let answer = self.client.clone().get_user(request).await;
        Ok(answer.map_err(|status| self.told(status))?.into_inner())
    }

    /// Our id of somebody; a former one becomes the present one.
    pub(super) async fn id_of(&self, whom: Whom) -> anyhow::Result<String> {
        let found = self.user(whom).await?.user;
        let user = found.context("session-service answered without a user")?;
        Ok(user.id)
    }

    /// The user's live sessions, oldest first.
    pub(super) async fn sessions(&self, user: &str) -> anyhow::Result<Vec<ListedSession>> {
        let whose = Some(list_sessions_request::Whose::UserId(user.to_owned()));
        let request = ListSessionsRequest { whose };
        let answer = self.client.clone().list_sessions(request).await;
        let listed = answer.map_err(|status| self.told(status))?.into_inner();
        Ok(listed.sessions)
    }

    /// One of the user's live sessions.
    pub(super) async fn session(&self, user: &str, id: &str) -> anyhow::Result<ListedSession> {
        let listed = self.sessions(user).await?.into_iter();
        let found = listed.into_iter().find(|listed| listed.session_id == id);
        found.context("the user has no such live session")
    }

    pub(super) async fn revoke(&self, user: &str, session: &str) -> anyhow::Result<()> {
        let request = RevokeSessionRequest {
            whose: Some(revoke_session_request::Whose::UserId(user.to_owned())),
            session_id: session.to_owned(),
        };
        let answer = self.client.clone().revoke_session(request).await;
        answer.map(drop).map_err(|status| self.told(status))
    }

    pub(super) async fn revoke_user(&self, user: &str) -> anyhow::Result<()> {
        let whose = Some(revoke_user_request::Whose::UserId(user.to_owned()));
        let request = RevokeUserRequest { whose };
        let answer = self.client.clone().revoke_user(request).await;
        answer.map(drop).map_err(|status| self.told(status))
    }

    pub(super) async fn block(&self, user: &str) -> anyhow::Result<()> {
        let user_id = user.to_owned();
        let request = BlockUserRequest { user_id };
        let answer = self.client.clone().block_user(request).await;
        answer.map(drop).map_err(|status| self.told(status))
    }

    pub(super) async fn unblock(&self, user: &str) -> anyhow::Result<()> {
        let user_id = user.to_owned();
        let request = UnblockUserRequest { user_id };
        let answer = self.client.clone().unblock_user(request).await;
        answer.map(drop).map_err(|status| self.told(status))
    }

    /// One line for a person. Who did not answer is named.
    fn told(&self, status: impl Into<RemoteError>) -> anyhow::Error {
        let error = status.into();
        if error.answered {
            return anyhow!("{error}");
        }
        anyhow!("session-service at {} does not answer: {error}", self.url)
    }
}
