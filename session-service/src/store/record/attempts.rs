//! How often a user failed to decrypt.
use prost::Message;
use service_kit::Timestamp;

use super::Record;
use crate::domain::Attempts;

#[derive(Clone, PartialEq, Message)]
struct AttemptsRow {
    #[prost(uint32, tag = "1")]
    taken: u32,
    #[prost(uint64, tag = "2")]
    began_at: u64,
}

impl Record for Attempts {
    type Place = ();

    fn encode(&self) -> Vec<u8> {
        AttemptsRow {
            taken: self.taken(),
            began_at: self.began_at().unix_millis(),
        }
        .encode_to_vec()
    }

    fn decode(bytes: &[u8], (): ()) -> Option<Self> {
        let AttemptsRow { taken, began_at } = AttemptsRow::decode(bytes).ok()?;
        Some(Self::restore(taken, Timestamp::from_unix_millis(began_at)))
    }
}
