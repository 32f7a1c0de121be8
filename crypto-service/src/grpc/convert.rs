//! Wire to domain, which may refuse; domain to wire, which cannot.
use std::time::Duration;

use wx_proto::crypto::v1::{
    OpenDataRequest, SealSessionKeyRequest, SealSessionKeyResponse, SignWithSessionKeyRequest,
    VerifyRawDataRequest,
};
use zeroize::Zeroizing;

use crate::{
    domain::{Encrypted, Malformed, Owner, RawData, SealedRing, SessionKey},
    service::Sealed,
};

/// What `SealSessionKey` asks.
pub(super) struct Seal {
    pub(super) owner: Owner,
    pub(super) key: SessionKey,
}

/// What `OpenData` asks.
pub(super) struct Open {
    pub(super) owner: Owner,
    pub(super) ring: SealedRing,
    pub(super) data: Encrypted,
}

/// What `VerifyRawData` asks.
pub(super) struct Verify {
    pub(super) owner: Owner,
    pub(super) ring: SealedRing,
    pub(super) raw: RawData,
}

/// What `SignWithSessionKey` asks.
pub(super) struct Sign {
    pub(super) owner: Owner,
    pub(super) sealed: Vec<u8>,
    pub(super) message: String,
}

impl TryFrom<SignWithSessionKeyRequest> for Sign {
    type Error = Malformed;

    fn try_from(request: SignWithSessionKeyRequest) -> Result<Self, Malformed> {
        Ok(Self {
            owner: Owner::parse(request.appid, request.openid)?,
            sealed: request.sealed,
            message: request.message,
        })
    }
}

impl TryFrom<SealSessionKeyRequest> for Seal {
    type Error = Malformed;

    fn try_from(request: SealSessionKeyRequest) -> Result<Self, Malformed> {
        // First of all, so that the text is wiped whatever happens next.
        let session_key = Zeroizing::new(request.session_key);
        Ok(Self {
            owner: Owner::parse(request.appid, request.openid)?,
            key: SessionKey::parse(&session_key).map_err(Malformed::SessionKey)?,
        })
    }
}

impl TryFrom<OpenDataRequest> for Open {
    type Error = Malformed;

    fn try_from(request: OpenDataRequest) -> Result<Self, Malformed> {
        Ok(Self {
            owner: Owner::parse(request.appid, request.openid)?,
            ring: SealedRing::parse(request.ring)?,
            data: Encrypted {
                data: request.encrypted_data,
                iv: request.iv,
            },
        })
    }
}

impl TryFrom<VerifyRawDataRequest> for Verify {
    type Error = Malformed;

    fn try_from(request: VerifyRawDataRequest) -> Result<Self, Malformed> {
        Ok(Self {
            owner: Owner::parse(request.appid, request.openid)?,
            ring: SealedRing::parse(request.ring)?,
            raw: RawData {
                text: request.raw_data,
                signature: request.signature,
            },
        })
    }
}

impl From<Sealed> for SealSessionKeyResponse {
    fn from(sealed: Sealed) -> Self {
        let Sealed {
            blob,
            fingerprint,
            useful_when_displaced,
        } = sealed;
        Self {
            sealed: blob,
            fingerprint: fingerprint.to_vec(),
            useful_when_displaced: Some(wire_duration(useful_when_displaced)),
        }
    }
}

fn wire_duration(duration: Duration) -> prost_types::Duration {
    prost_types::Duration {
        seconds: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        nanos: duration.subsec_nanos().cast_signed(),
    }
}
