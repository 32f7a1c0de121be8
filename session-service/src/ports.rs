//! What this service needs of crypto-service, in its own words.
use std::time::Duration;

use async_trait::async_trait;
use service_kit::RemoteError;
use wx_client::SessionKey;

use crate::domain::{AppId, EncryptedData, OpenId, RawData, RingEntry};

/// Whose keys and data these are.
#[derive(Clone, Debug)]
pub struct Owner {
    /// In which app.
    pub appid: AppId,
    /// Who, there.
    pub openid: OpenId,
}

/// A `session_key`, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedKey {
    /// The sealed key.
    pub sealed: Vec<u8>,
    /// Equal for equal keys.
    pub fingerprint: Vec<u8>,
    /// How long it still opens data once a newer key took its place.
    pub useful_when_displaced: Duration,
}

/// Why crypto-service did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CryptoError {
    /// The data does not open with any key of the ring. Why is nobody's business.
    #[error("the data does not open; call wx.login and fetch it again")]
    DoesNotOpen,
    /// It did not answer, or not as agreed.
    #[error("crypto-service failed")]
    Away(#[source] RemoteError),
}

/// Seals `session_keys` and uses them.
#[async_trait]
pub trait CryptoPort: Send + Sync + 'static {
    /// Whether a key could be sealed now. Asked before a login code is spent.
    async fn ready(&self) -> Result<(), CryptoError>;

    /// Seals a key for its owner; the clear one is gone afterwards.
    async fn seal(&self, owner: &Owner, key: SessionKey) -> Result<SealedKey, CryptoError>;

    /// Opens data with the first key of the ring that fits; answers WeChat's JSON, unchanged.
    async fn open(
        &self,
        owner: &Owner,
        ring: &[RingEntry],
        data: EncryptedData,
    ) -> Result<String, CryptoError>;

    /// Signs the empty message with one key, for WeChat's own checks of it.
    async fn sign(&self, owner: &Owner, key: &RingEntry) -> Result<String, CryptoError>;

    /// Checks that a key of the ring signed the text.
    async fn verify(
        &self,
        owner: &Owner,
        ring: &[RingEntry],
        raw: RawData,
    ) -> Result<(), CryptoError>;
}
