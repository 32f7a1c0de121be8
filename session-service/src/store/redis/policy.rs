//! Whether Redis would throw records away when it is full.
use super::RedisStore;
use crate::store::StoreError;
use deadpool_redis::redis;

/// The policy that refuses to write instead.
const KEEPS: &str = "noeviction";

impl RedisStore {
    /// The first `maxmemory-policy` found that lets a full server evict records; none: all of them keep
    /// what they have. An evicted record is a user logged out, or a login code that may be used again.
    ///
    /// # Errors
    /// When a server does not say.
    pub async fn evicts(&self) -> Result<Option<String>, StoreError> {
        let mut info = redis::cmd("INFO");
        info.arg("memory");
        let policies = self.ask_all::<String>(&info).await?;
        let policies = policies.iter().filter_map(|info| policy(info));
        Ok(policies.map(str::to_owned).find(|policy| policy != KEEPS))
    }
}

fn policy(info: &str) -> Option<&str> {
    info.lines()
        .find_map(|line| line.strip_prefix("maxmemory_policy:"))
        .map(str::trim)
}
