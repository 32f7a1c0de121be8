//! The layout of records: versioned, private, and never the wire's.
use prost::Message;
use service_kit::Timestamp;
use uuid::Uuid;

use crate::domain::{
    AppId, Attempts, Claims, CodeClaim, Device, Listed, OpenId, Progress, RingEntry, Session,
    SessionId, UserSessions, UserTag,
};

/// A value with a stored form.
pub(super) trait Record: Sized {
    /// The stored form.
    fn encode(&self) -> Vec<u8>;
    /// The value; nothing when the bytes do not hold one.
    fn decode(bytes: &[u8]) -> Option<Self>;
}

#[derive(Clone, PartialEq, Message)]
struct SessionRow {
    #[prost(bytes = "vec", tag = "1")]
    id: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    tag: Vec<u8>,
    #[prost(string, tag = "3")]
    appid: String,
    #[prost(string, tag = "4")]
    openid: String,
    #[prost(string, optional, tag = "5")]
    unionid: Option<String>,
    #[prost(bytes = "vec", tag = "6")]
    user_id: Vec<u8>,
    #[prost(uint64, tag = "7")]
    since: u64,
    #[prost(string, tag = "8")]
    device: String,
    #[prost(uint32, tag = "9")]
    generation: u32,
    #[prost(uint32, tag = "10")]
    key: u32,
    #[prost(bool, tag = "11")]
    presented: bool,
    #[prost(uint64, tag = "12")]
    issued_at: u64,
    #[prost(uint64, tag = "13")]
    stepped_at: u64,
    #[prost(uint64, tag = "14")]
    expires_at: u64,
    #[prost(uint64, tag = "15")]
    absolute_expires_at: u64,
    #[prost(bytes = "vec", repeated, tag = "16")]
    former_ids: Vec<Vec<u8>>,
}

impl Record for Session {
    fn encode(&self) -> Vec<u8> {
        let session = self.clone();
        SessionRow {
            id: session.id.as_bytes().to_vec(),
            tag: session.tag.as_bytes().to_vec(),
            appid: session.appid.as_str().to_owned(),
            openid: session.openid.as_str().to_owned(),
            unionid: session.unionid,
            user_id: session.user_id.as_bytes().to_vec(),
            since: session.since,
            device: session.device.as_str().to_owned(),
            generation: session.generation,
            key: session.key.into(),
            presented: session.presented,
            issued_at: session.issued_at.unix_millis(),
            stepped_at: session.stepped_at.unix_millis(),
            expires_at: session.expires_at.unix_millis(),
            absolute_expires_at: session.absolute_expires_at.unix_millis(),
            former_ids: session
                .former_ids
                .iter()
                .map(|id| id.as_bytes().to_vec())
                .collect(),
        }
        .encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let row = SessionRow::decode(bytes).ok()?;
        Some(Self {
            id: SessionId::from_bytes(row.id.try_into().ok()?),
            tag: UserTag::from_bytes(row.tag.try_into().ok()?),
            appid: AppId::parse(&row.appid).ok()?,
            openid: OpenId::new(row.openid),
            unionid: row.unionid,
            user_id: Uuid::from_slice(&row.user_id).ok()?,
            since: row.since,
            device: Device::parse(&row.device).ok()?,
            generation: row.generation,
            key: row.key.try_into().ok()?,
            presented: row.presented,
            issued_at: Timestamp::from_unix_millis(row.issued_at),
            stepped_at: Timestamp::from_unix_millis(row.stepped_at),
            expires_at: Timestamp::from_unix_millis(row.expires_at),
            absolute_expires_at: Timestamp::from_unix_millis(row.absolute_expires_at),
            former_ids: row
                .former_ids
                .iter()
                .map(|id| Uuid::from_slice(id).ok())
                .collect::<Option<_>>()?,
        })
    }
}

#[derive(Clone, PartialEq, Message)]
struct UserRow {
    #[prost(message, repeated, tag = "1")]
    sessions: Vec<ListedRow>,
    #[prost(message, repeated, tag = "2")]
    ring: Vec<RingRow>,
}

#[derive(Clone, PartialEq, Message)]
struct ListedRow {
    #[prost(bytes = "vec", tag = "1")]
    id: Vec<u8>,
    #[prost(string, tag = "2")]
    device: String,
    #[prost(uint64, tag = "3")]
    issued_at: u64,
    #[prost(uint64, tag = "4")]
    expires_at: u64,
    #[prost(uint64, tag = "5")]
    stepped_at: u64,
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

impl From<&Listed> for ListedRow {
    fn from(listed: &Listed) -> Self {
        Self {
            id: listed.id.as_bytes().to_vec(),
            device: listed.device.as_str().to_owned(),
            issued_at: listed.issued_at.unix_millis(),
            expires_at: listed.expires_at.unix_millis(),
            stepped_at: listed.stepped_at.unix_millis(),
        }
    }
}

impl ListedRow {
    fn restore(self) -> Option<Listed> {
        Some(Listed {
            id: SessionId::from_bytes(self.id.try_into().ok()?),
            device: Device::parse(&self.device).ok()?,
            issued_at: Timestamp::from_unix_millis(self.issued_at),
            expires_at: Timestamp::from_unix_millis(self.expires_at),
            stepped_at: Timestamp::from_unix_millis(self.stepped_at),
        })
    }
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
    fn encode(&self) -> Vec<u8> {
        let sessions = self.sessions().iter().map(ListedRow::from).collect();
        let ring = self.ring().iter().map(RingRow::from).collect();
        UserRow { sessions, ring }.encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let UserRow { sessions, ring } = UserRow::decode(bytes).ok()?;
        let sessions = sessions
            .into_iter()
            .map(ListedRow::restore)
            .collect::<Option<_>>()?;
        Some(Self::restore(
            sessions,
            ring.into_iter().map(RingEntry::from).collect(),
        ))
    }
}

#[derive(Clone, PartialEq, Message)]
struct AttemptsRow {
    #[prost(uint32, tag = "1")]
    taken: u32,
    #[prost(uint64, tag = "2")]
    began_at: u64,
}

impl Record for Attempts {
    fn encode(&self) -> Vec<u8> {
        AttemptsRow {
            taken: self.taken(),
            began_at: self.began_at().unix_millis(),
        }
        .encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let AttemptsRow { taken, began_at } = AttemptsRow::decode(bytes).ok()?;
        Some(Self::restore(taken, Timestamp::from_unix_millis(began_at)))
    }
}

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

    fn decode(bytes: &[u8]) -> Option<Self> {
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
