//! WeChat's `access_token`, asked of replicas.
use std::{net::SocketAddr, time::Duration};

use futures::future::join_all;
use service_kit::GrpcChannel;
use tonic::Code;
use wx_proto::session::v1::{GetAccessTokenRequest, session_service_client::SessionServiceClient};

/// Longer than any question here takes.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(100);

/// A session-service, as internal services see it.
pub(crate) struct Service(SessionServiceClient<GrpcChannel>);

impl Service {
    pub(crate) fn at(address: SocketAddr) -> Self {
        let channel = service_kit::connect(&format!("http://{address}"), PATIENCE);
        Self(SessionServiceClient::new(channel.expect("an address")))
    }

    /// The `access_token` of the first app, in place of one that WeChat refused.
    pub(crate) async fn token_after(&self, refused: &str) -> Result<String, tonic::Status> {
        let request = GetAccessTokenRequest {
            refused: refused.to_owned(),
            ..GetAccessTokenRequest::default()
        };
        let given = self.0.clone().get_access_token(request).await?;
        Ok(given.into_inner().access_token)
    }

    pub(crate) async fn token(&self) -> String {
        self.token_at_last("").await
    }

    /// A busy machine's Redis may be too slow for so many at once: they ask again, as they are told.
    async fn token_at_last(&self, refused: &str) -> String {
        let asking = async {
            loop {
                match self.token_after(refused).await {
                    Ok(token) => return token,
                    Err(status) => assert_eq!(status.code(), Code::Unavailable, "{status}"),
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        let token = tokio::time::timeout(PATIENCE, asking).await;
        token.expect("a token in time")
    }
}

/// What many callers get who ask all services at once: one token.
pub(crate) async fn one_for_all(services: [&Service; 2], callers: usize, refused: &str) -> String {
    let asked = (0..callers).map(|caller| services[caller % 2].token_at_last(refused));
    let mut tokens = join_all(asked).await;
    tokens.dedup();
    assert_eq!(tokens.len(), 1, "all have the same token");
    tokens.remove(0)
}
