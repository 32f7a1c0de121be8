//! Who answers for which of a Cluster's slots.
use super::{address::Host, asking::Range};
use crate::store::StoreKey;

/// How many slots a Cluster has.
const SLOTS: u16 = 16384;

/// The slot of a key: of what stands between its first `{` and the next `}`, or of all of it.
///
/// CRC-16/XMODEM modulo 16384 (Redis Cluster specification, "Key distribution model").
pub(super) fn slot(key: &StoreKey) -> u16 {
    let text = key.as_str();
    let tag = text
        .split_once('{')
        .and_then(|(_, rest)| rest.split_once('}'))
        .map(|(tag, _)| tag)
        .filter(|tag| !tag.is_empty());
    let bytes = tag.unwrap_or(text).as_bytes();
    crc16::State::<crc16::XMODEM>::calculate(bytes) % SLOTS
}

/// The owners of all slots, as far as they are known.
#[derive(Clone, Debug, Default)]
pub(super) struct SlotMap {
    /// In the order of their slots; none overlaps another.
    ranges: Vec<Range>,
    /// What was learnt since.
    moved: std::collections::HashMap<u16, Host>,
}

impl SlotMap {
    pub(super) fn new(mut ranges: Vec<Range>) -> Self {
        ranges.sort_unstable_by_key(|range| range.first);
        Self {
            ranges,
            ..Self::default()
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Who answers for `slot`.
    pub(super) fn owner(&self, slot: u16) -> Option<&Host> {
        if let Some(host) = self.moved.get(&slot) {
            return Some(host);
        }
        let after = self.ranges.partition_point(|range| range.first <= slot);
        let range = self.ranges.get(after.checked_sub(1)?)?;
        (slot <= range.last).then_some(&range.host)
    }

    /// A node said who answers for `slot` now.
    pub(super) fn learn(&mut self, slot: u16, host: Host) {
        self.moved.insert(slot, host);
    }

    /// Everybody who answers for something.
    pub(super) fn hosts(&self) -> Vec<Host> {
        let ranges = self.ranges.iter().map(|range| &range.host);
        let mut hosts: Vec<Host> = Vec::new();
        for host in ranges.chain(self.moved.values()) {
            if !hosts.contains(host) {
                hosts.push(host.clone());
            }
        }
        hosts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{SessionId, UserTag};

    fn range(first: u16, last: u16, name: &str) -> Range {
        let host = Host {
            name: name.to_owned(),
            port: 1,
        };
        Range { first, last, host }
    }

    #[test]
    fn all_records_of_a_user_lie_on_one_slot() {
        let tag = UserTag::from_bytes([7; 8]);
        let session = StoreKey::session(tag, SessionId::from_bytes([1; 16]));
        assert_eq!(slot(&session), slot(&StoreKey::user(tag)));
        assert_eq!(slot(&session), slot(&StoreKey::attempts(tag)));
        let other = StoreKey::user(UserTag::from_bytes([8; 8]));
        assert_ne!(slot(&session), slot(&other));
    }

    #[test]
    fn a_slot_belongs_to_the_range_it_lies_in() {
        let mut map = SlotMap::new(vec![range(10, 20, "b"), range(0, 4, "a")]);
        let owner = |map: &SlotMap, slot| map.owner(slot).map(|host| host.name.clone());
        let found: Vec<_> = [0, 4, 5, 10, 20, 21].map(|slot| owner(&map, slot)).into();
        let [a, b] = ["a", "b"].map(|name| Some(name.to_owned()));
        assert_eq!(found, [a.clone(), a, None, b.clone(), b.clone(), None]);
        map.learn(5, range(0, 0, "b").host);
        assert_eq!(owner(&map, 5), b);
    }
}
