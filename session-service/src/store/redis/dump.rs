//! Everything that is kept: for people to look at, and for tests.
use deadpool_redis::redis;
use tokio::time::Instant;

use super::{RedisStore, node::Node};
use crate::store::StoreError;

impl RedisStore {
    /// Every record of ours on one server, a page of keys at a time: others may use it too.
    pub(super) async fn dump_of(&self, node: &Node) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let deadline = || Instant::now() + self.timeout;
        let (mut records, mut cursor) = (Vec::new(), 0_u64);
        loop {
            let mut page = redis::cmd("SCAN");
            page.arg(cursor).arg("MATCH").arg("wxg:*");
            page.arg("COUNT").arg(1000);
            let (next, keys): (u64, Vec<String>) = node.ask_plainly(&page, deadline()).await?;
            for key in keys {
                let get = redis::cmd("GET").arg(&key).to_owned();
                let value: Option<Vec<u8>> = node.ask_plainly(&get, deadline()).await?;
                records.extend(value.map(|value| (key, value)));
            }
            if next == 0 {
                return Ok(records);
            }
            cursor = next;
        }
    }
}
