//! WeChat's `access_token` of an app, and the lease on fetching the next one.
use prost::Message;
use service_kit::Timestamp;
use wx_client::AccessToken;
use zeroize::Zeroizing;

use super::Record;
use crate::domain::{AppId, CurrentToken, Lease};

/// Without `Debug`: it holds the token.
#[derive(Clone, PartialEq, Message)]
#[prost(skip_debug)]
struct TokenRow {
    #[prost(string, tag = "1")]
    token: String,
    #[prost(uint64, tag = "2")]
    expires_at: u64,
}

#[derive(Clone, PartialEq, Message)]
struct LeaseRow {
    #[prost(bytes = "vec", tag = "1")]
    holder: Vec<u8>,
    #[prost(uint64, tag = "2")]
    until: u64,
    #[prost(int32, optional, tag = "3")]
    failed: Option<i32>,
}

impl Record for CurrentToken {
    type Place = AppId;

    fn encode(&self) -> Vec<u8> {
        let row = TokenRow {
            token: self.token.expose().to_owned(),
            expires_at: self.expires_at.unix_millis(),
        };
        let bytes = row.encode_to_vec();
        drop(Zeroizing::new(row.token));
        bytes
    }

    fn decode(bytes: &[u8], appid: AppId) -> Option<Self> {
        let TokenRow { token, expires_at } = TokenRow::decode(bytes).ok()?;
        Some(Self {
            token: AccessToken::parse(appid.as_str(), token)?,
            expires_at: Timestamp::from_unix_millis(expires_at),
        })
    }
}

impl Record for Lease {
    type Place = ();

    fn encode(&self) -> Vec<u8> {
        let Self {
            holder,
            until,
            failed,
        } = *self;
        LeaseRow {
            holder: holder.to_vec(),
            until: until.unix_millis(),
            failed,
        }
        .encode_to_vec()
    }

    fn decode(bytes: &[u8], (): ()) -> Option<Self> {
        let LeaseRow {
            holder,
            until,
            failed,
        } = LeaseRow::decode(bytes).ok()?;
        Some(Self {
            holder: holder.try_into().ok()?,
            until: Timestamp::from_unix_millis(until),
            failed,
        })
    }
}
