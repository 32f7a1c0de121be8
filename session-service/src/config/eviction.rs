//! A Redis that throws records away when it is full is not what this service keeps sessions in.
use std::{convert::Infallible, sync::Arc, time::Duration};

use service_kit::Host;

use crate::store::RedisStore;

/// Where Redis does not say yet, it is asked this often until it does.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// Refuses a Redis that may evict records. One that is away at start is asked later, and an alarm is
/// all that is left then.
pub(super) async fn refuse_eviction(store: &Arc<RedisStore>, host: &Host) -> anyhow::Result<()> {
    match store.evicts().await {
        Ok(None) => return Ok(()),
        Ok(Some(policy)) => anyhow::bail!(
            "Redis may throw sessions away (maxmemory-policy {policy}): \
             set noeviction there, or redis.allow_eviction = true here"
        ),
        Err(error) => tracing::warn!(
            error = service_kit::causes(&error),
            "Redis does not say whether it may throw sessions away"
        ),
    }
    let (store, stopping) = (store.clone(), host.lifecycle.stopping());
    host.lifecycle.spawn("eviction policy", async move {
        stopping.run_until_cancelled(ask_until_told(&store)).await;
        Ok::<_, Infallible>(())
    });
    Ok(())
}

async fn ask_until_told(store: &RedisStore) {
    loop {
        tokio::time::sleep(ASK_AGAIN).await;
        match store.evicts().await {
            Ok(None) => return,
            Ok(Some(policy)) => {
                tracing::error!(
                    event = "redis_evicts",
                    policy,
                    "Redis may throw sessions away: set maxmemory-policy noeviction"
                );
                return;
            }
            Err(_) => {}
        }
    }
}
