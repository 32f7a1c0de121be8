//! Phone numbers: the answer to a code, and the one that an account keeps.
use prost::Message;
use service_kit::Timestamp;

use super::Record;
use crate::domain::{KeptPhone, PhoneClaim, PhoneNumber, PhoneProgress};

/// Without `Debug`: it holds a number. So do the next two.
#[derive(Clone, PartialEq, Message)]
#[prost(skip_debug)]
struct PhoneRow {
    #[prost(string, tag = "1")]
    number: String,
    #[prost(string, tag = "2")]
    pure: String,
    #[prost(string, tag = "3")]
    country: String,
    #[prost(bool, tag = "4")]
    verified: bool,
}

#[derive(Clone, PartialEq, Message)]
#[prost(skip_debug)]
struct ClaimRow {
    #[prost(bytes = "vec", tag = "1")]
    holder: Vec<u8>,
    /// The end of the holder's time, or the time of the answer.
    #[prost(uint64, tag = "2")]
    at: u64,
    #[prost(message, optional, tag = "3")]
    done: Option<PhoneRow>,
}

#[derive(Clone, PartialEq, Message)]
#[prost(skip_debug)]
struct KeptRow {
    #[prost(message, optional, tag = "1")]
    phone: Option<PhoneRow>,
    #[prost(uint64, tag = "2")]
    obtained_at: u64,
}

impl From<PhoneNumber> for PhoneRow {
    fn from(
        PhoneNumber {
            number,
            pure,
            country,
            verified,
        }: PhoneNumber,
    ) -> Self {
        Self {
            number,
            pure,
            country,
            verified,
        }
    }
}

impl From<PhoneRow> for PhoneNumber {
    fn from(
        PhoneRow {
            number,
            pure,
            country,
            verified,
        }: PhoneRow,
    ) -> Self {
        Self {
            number,
            pure,
            country,
            verified,
        }
    }
}

impl Record for PhoneClaim {
    type Place = ();

    fn encode(&self) -> Vec<u8> {
        let (at, done) = match &self.progress {
            PhoneProgress::InFlight { until } => (*until, None),
            PhoneProgress::Done { phone, at } => (*at, Some(phone.clone().into())),
        };
        ClaimRow {
            holder: self.holder.to_vec(),
            at: at.unix_millis(),
            done,
        }
        .encode_to_vec()
    }

    fn decode(bytes: &[u8], (): ()) -> Option<Self> {
        let ClaimRow { holder, at, done } = ClaimRow::decode(bytes).ok()?;
        let at = Timestamp::from_unix_millis(at);
        let progress = match done {
            Some(phone) => PhoneProgress::Done {
                phone: phone.into(),
                at,
            },
            None => PhoneProgress::InFlight { until: at },
        };
        let holder = holder.try_into().ok()?;
        Some(Self { holder, progress })
    }
}

impl Record for KeptPhone {
    type Place = ();

    fn encode(&self) -> Vec<u8> {
        KeptRow {
            phone: Some(self.phone.clone().into()),
            obtained_at: self.obtained_at.unix_millis(),
        }
        .encode_to_vec()
    }

    fn decode(bytes: &[u8], (): ()) -> Option<Self> {
        let KeptRow { phone, obtained_at } = KeptRow::decode(bytes).ok()?;
        Some(Self {
            phone: phone?.into(),
            obtained_at: Timestamp::from_unix_millis(obtained_at),
        })
    }
}
