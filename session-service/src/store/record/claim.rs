//! What became of a login code.
use prost::Message;
use service_kit::Timestamp;

use super::Record;
use crate::domain::{Claims, CodeClaim, Progress, SessionId, UserTag};

#[derive(Clone, PartialEq, Message)]
struct ClaimRow {
    #[prost(bytes = "vec", optional, tag = "1")]
    nonce: Option<Vec<u8>>,
    /// The end of the holder's time, or the time of the outcome.
    #[prost(uint64, tag = "2")]
    at: u64,
    #[prost(message, optional, tag = "3")]
    done: Option<DoneRow>,
    #[prost(int32, optional, tag = "4")]
    failed: Option<i32>,
    #[prost(bytes = "vec", tag = "5")]
    holder: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct DoneRow {
    #[prost(uint32, tag = "1")]
    key: u32,
    #[prost(bytes = "vec", tag = "2")]
    tag: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    id: Vec<u8>,
    #[prost(uint32, tag = "4")]
    generation: u32,
    #[prost(bool, tag = "5")]
    is_new: bool,
}

impl DoneRow {
    fn new(claims: Claims, is_new: bool) -> Self {
        Self {
            key: claims.key.into(),
            tag: claims.tag.as_bytes().to_vec(),
            id: claims.id.as_bytes().to_vec(),
            generation: claims.generation,
            is_new,
        }
    }

    fn claims(self) -> Option<Claims> {
        Some(Claims {
            key: self.key.try_into().ok()?,
            tag: UserTag::from_bytes(self.tag.try_into().ok()?),
            id: SessionId::from_bytes(self.id.try_into().ok()?),
            generation: self.generation,
        })
    }
}

impl Record for CodeClaim {
    type Place = ();

    fn encode(&self) -> Vec<u8> {
        let (at, done, failed) = match self.progress() {
            Progress::InFlight { until } => (until, None, None),
            Progress::Done { claims, is_new, at } => (at, Some(DoneRow::new(claims, is_new)), None),
            Progress::Failed { reason, at } => (at, None, Some(reason)),
        };
        let nonce = self.nonce().map(|hash| hash.to_vec());
        ClaimRow {
            nonce,
            at: at.unix_millis(),
            done,
            failed,
            holder: self.holder().to_vec(),
        }
        .encode_to_vec()
    }

    fn decode(bytes: &[u8], (): ()) -> Option<Self> {
        let ClaimRow {
            nonce,
            at,
            done,
            failed,
            holder,
        } = ClaimRow::decode(bytes).ok()?;
        let at = Timestamp::from_unix_millis(at);
        let progress = match (done, failed) {
            (Some(done), _) => Progress::Done {
                is_new: done.is_new,
                claims: done.claims()?,
                at,
            },
            (None, Some(reason)) => Progress::Failed { reason, at },
            (None, None) => Progress::InFlight { until: at },
        };
        let nonce = nonce
            .map(|hash| hash.try_into().ok())
            .map_or(Some(None), |h| h.map(Some))?;
        Some(Self::restore(nonce, holder.try_into().ok()?, progress))
    }
}
