//! One session. Its id and its user's tag are its key's; times are told from each other.
use prost::Message;
use service_kit::Timestamp;
use uuid::Uuid;

use super::{
    Record,
    packed::{pack, unpack},
};
use crate::domain::{AppId, Device, OpenId, Session, SessionId, UnionId, UserTag};

#[derive(Clone, PartialEq, Message)]
struct SessionRow {
    /// Packed, and so are the next two.
    #[prost(bytes = "vec", tag = "1")]
    appid: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    openid: Vec<u8>,
    #[prost(bytes = "vec", optional, tag = "3")]
    unionid: Option<Vec<u8>>,
    #[prost(bytes = "vec", tag = "4")]
    user_id: Vec<u8>,
    #[prost(uint64, tag = "5")]
    since: u64,
    #[prost(string, tag = "6")]
    device: String,
    #[prost(uint32, tag = "7")]
    generation: u32,
    /// The key's number, and [`PRESENTED`].
    #[prost(uint32, tag = "8")]
    key: u32,
    /// Unix milliseconds.
    #[prost(uint64, tag = "10")]
    issued_at: u64,
    /// Milliseconds from `issued_at`; a clock may have been put back meanwhile.
    #[prost(sint64, tag = "11")]
    stepped_after: i64,
    /// Milliseconds from the step.
    #[prost(sint64, tag = "12")]
    ends_after: i64,
    /// Milliseconds from `issued_at`.
    #[prost(sint64, tag = "13")]
    ends_at_last_after: i64,
    #[prost(bytes = "vec", repeated, tag = "14")]
    former_ids: Vec<Vec<u8>>,
}

/// Beside a key's number, which is below 16.
const PRESENTED: u32 = 0x10;

fn between(from: Timestamp, to: Timestamp) -> i64 {
    let (from, to) = (from.unix_millis(), to.unix_millis());
    to.cast_signed().wrapping_sub(from.cast_signed())
}

fn after(from: Timestamp, millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(from.unix_millis().saturating_add_signed(millis))
}

impl Record for Session {
    type Place = (UserTag, SessionId);

    fn encode(&self) -> Vec<u8> {
        let ids = self.former_ids.iter();
        SessionRow {
            appid: pack(self.appid.as_str()),
            openid: pack(self.openid.as_str()),
            unionid: self.unionid.as_ref().map(UnionId::as_str).map(pack),
            user_id: self.user_id.as_bytes().to_vec(),
            since: self.since,
            device: self.device.as_str().to_owned(),
            generation: self.generation,
            key: u32::from(self.key) | if self.presented { PRESENTED } else { 0 },
            issued_at: self.issued_at.unix_millis(),
            stepped_after: between(self.issued_at, self.stepped_at),
            ends_after: between(self.stepped_at, self.expires_at),
            ends_at_last_after: between(self.issued_at, self.absolute_expires_at),
            former_ids: ids.map(|id| id.as_bytes().to_vec()).collect(),
        }
        .encode_to_vec()
    }

    fn decode(bytes: &[u8], (tag, id): (UserTag, SessionId)) -> Option<Self> {
        let row = SessionRow::decode(bytes).ok()?;
        let ids = row.former_ids.iter().map(|id| Uuid::from_slice(id).ok());
        let issued_at = Timestamp::from_unix_millis(row.issued_at);
        let stepped_at = after(issued_at, row.stepped_after);
        let unionid = match row.unionid {
            Some(stored) => Some(UnionId::new(unpack(&stored)?)),
            None => None,
        };
        Some(Self {
            id,
            tag,
            appid: AppId::parse(&unpack(&row.appid)?).ok()?,
            openid: OpenId::new(unpack(&row.openid)?),
            unionid,
            user_id: Uuid::from_slice(&row.user_id).ok()?,
            former_ids: ids.collect::<Option<_>>()?,
            since: row.since,
            device: Device::parse(&row.device).ok()?,
            generation: row.generation,
            key: (row.key & !PRESENTED).try_into().ok()?,
            presented: row.key & PRESENTED != 0,
            issued_at,
            stepped_at,
            expires_at: after(stepped_at, row.ends_after),
            absolute_expires_at: after(issued_at, row.ends_at_last_after),
        })
    }
}
