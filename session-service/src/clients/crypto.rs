//! crypto-service at the end of a channel.
use std::time::Duration;

use async_trait::async_trait;
use service_kit::{GrpcChannel, RemoteError};
use tonic::{Request, Status};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use wx_client::SessionKey;
use wx_proto::{
    common::v1::ErrorReason,
    crypto::v1::{
        OpenDataRequest, SealSessionKeyRequest, SignWithSessionKeyRequest, VerifyRawDataRequest,
        crypto_service_client::CryptoServiceClient,
    },
};

use crate::{
    domain::{EncryptedData, RawData, RingEntry},
    ports::{CryptoError, CryptoPort, Owner, SealedKey},
};

/// A service that answers no health check within this long is away.
const HEALTH_DEADLINE: Duration = Duration::from_millis(500);

/// crypto-service, reached over a channel.
#[derive(Clone, Debug)]
pub(crate) struct GrpcCrypto {
    crypto: CryptoServiceClient<GrpcChannel>,
    health: HealthClient<GrpcChannel>,
}

impl GrpcCrypto {
    /// The service at the end of `channel`.
    #[must_use]
    pub(crate) fn new(channel: GrpcChannel) -> Self {
        Self {
            crypto: CryptoServiceClient::new(channel.clone()),
            health: HealthClient::new(channel),
        }
    }
}

impl From<Status> for CryptoError {
    fn from(status: Status) -> Self {
        let remote = RemoteError::from(status);
        match remote.reason {
            ErrorReason::DecryptFailed => Self::DoesNotOpen,
            _ => Self::Away(remote),
        }
    }
}

fn sealed(ring: &[RingEntry]) -> Vec<Vec<u8>> {
    ring.iter().map(|entry| entry.sealed.clone()).collect()
}

#[async_trait]
impl CryptoPort for GrpcCrypto {
    async fn ready(&self) -> Result<(), CryptoError> {
        let mut asked = Request::new(HealthCheckRequest::default());
        asked.set_timeout(HEALTH_DEADLINE);
        let answer = self.health.clone().check(asked).await?.into_inner();
        if answer.status() == ServingStatus::Serving {
            return Ok(());
        }
        Err(Status::unavailable("crypto-service is not serving").into())
    }

    async fn seal(&self, owner: &Owner, key: SessionKey) -> Result<SealedKey, CryptoError> {
        let request = SealSessionKeyRequest {
            appid: owner.appid.as_str().to_owned(),
            openid: owner.openid.as_str().to_owned(),
            session_key: key.expose().to_owned(),
        };
        drop(key);
        let answer = self
            .crypto
            .clone()
            .seal_session_key(request)
            .await?
            .into_inner();
        let useful = answer
            .useful_when_displaced
            .and_then(|d| Duration::try_from(d).ok());
        Ok(SealedKey {
            sealed: answer.sealed,
            fingerprint: answer.fingerprint,
            useful_when_displaced: useful.unwrap_or_default(),
        })
    }

    async fn open(
        &self,
        owner: &Owner,
        ring: &[RingEntry],
        data: EncryptedData,
    ) -> Result<String, CryptoError> {
        let request = OpenDataRequest {
            appid: owner.appid.as_str().to_owned(),
            openid: owner.openid.as_str().to_owned(),
            ring: sealed(ring),
            encrypted_data: data.encrypted_data,
            iv: data.iv,
        };
        Ok(self
            .crypto
            .clone()
            .open_data(request)
            .await?
            .into_inner()
            .json)
    }

    async fn sign(&self, owner: &Owner, key: &RingEntry) -> Result<String, CryptoError> {
        let request = SignWithSessionKeyRequest {
            appid: owner.appid.as_str().to_owned(),
            openid: owner.openid.as_str().to_owned(),
            sealed: key.sealed.clone(),
            message: String::new(),
        };
        let answer = self.crypto.clone().sign_with_session_key(request).await?;
        Ok(answer.into_inner().signature)
    }

    async fn verify(
        &self,
        owner: &Owner,
        ring: &[RingEntry],
        raw: RawData,
    ) -> Result<(), CryptoError> {
        let request = VerifyRawDataRequest {
            appid: owner.appid.as_str().to_owned(),
            openid: owner.openid.as_str().to_owned(),
            ring: sealed(ring),
            raw_data: raw.raw_data,
            signature: raw.signature,
        };
        self.crypto.clone().verify_raw_data(request).await?;
        Ok(())
    }
}
