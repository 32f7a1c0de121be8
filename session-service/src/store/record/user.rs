//! A user's list of sessions, and ring of sealed keys.
use prost::Message;
use service_kit::Timestamp;

use super::Record;
use crate::domain::{Listed, RingEntry, SessionId, UserSessions};

#[derive(Clone, PartialEq, Message)]
struct UserRow {
    /// The sessions' ids, 16 bytes each, one after the other.
    #[prost(bytes = "vec", tag = "1")]
    ids: Vec<u8>,
    /// Their ends, in the same order: Unix milliseconds.
    #[prost(uint64, repeated, tag = "3")]
    ends: Vec<u64>,
    #[prost(message, repeated, tag = "2")]
    ring: Vec<RingRow>,
}

#[derive(Clone, PartialEq, Message)]
struct RingRow {
    #[prost(bytes = "vec", tag = "1")]
    sealed: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    fingerprint: Vec<u8>,
    #[prost(uint64, optional, tag = "3")]
    displaced_at: Option<u64>,
}

impl From<&RingEntry> for RingRow {
    fn from(entry: &RingEntry) -> Self {
        let RingEntry {
            sealed,
            fingerprint,
            displaced_at,
        } = entry.clone();
        Self {
            sealed,
            fingerprint,
            displaced_at: displaced_at.map(Timestamp::unix_millis),
        }
    }
}

impl From<RingRow> for RingEntry {
    fn from(
        RingRow {
            sealed,
            fingerprint,
            displaced_at,
        }: RingRow,
    ) -> Self {
        let displaced_at = displaced_at.map(Timestamp::from_unix_millis);
        Self {
            sealed,
            fingerprint,
            displaced_at,
        }
    }
}

impl Record for UserSessions {
    type Place = ();

    fn encode(&self) -> Vec<u8> {
        let sessions = self.sessions().iter();
        UserRow {
            ids: sessions
                .clone()
                .flat_map(|listed| *listed.id.as_bytes())
                .collect(),
            ends: sessions
                .map(|listed| listed.expires_at.unix_millis())
                .collect(),
            ring: self.ring().iter().map(RingRow::from).collect(),
        }
        .encode_to_vec()
    }

    fn decode(bytes: &[u8], (): ()) -> Option<Self> {
        let UserRow { ids, ends, ring } = UserRow::decode(bytes).ok()?;
        let (ids, rest) = ids.as_chunks();
        if ids.len() != ends.len() || !rest.is_empty() {
            return None;
        }
        let listed = |(id, end): (&[u8; 16], u64)| Listed {
            id: SessionId::from_bytes(*id),
            expires_at: Timestamp::from_unix_millis(end),
        };
        let sessions = ids.iter().zip(ends).map(listed).collect();
        let ring = ring.into_iter().map(RingEntry::from).collect();
        Some(Self::restore(sessions, ring))
    }
}
