//! A Redis that throws records away when it is full is not what this service keeps sessions in.
use std::{convert::Infallible, sync::Arc, time::Duration};

use service_kit::Host;

use crate::store::RedisStore;

/// Redis may be away at start, and change afterwards.
const ASK_AGAIN: Duration = Duration::from_secs(20);

/// Refuses a Redis that may evict records. Whatever it says later, an alarm is all that is left then.
pub(super) async fn refuse_eviction(store: &Arc<RedisStore>, host: &Host) -> anyhow::Result<()> {
    match store.evicts().await {
        Ok(None) => {}
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
        stopping.run_until_cancelled(watch(&store)).await;
        Ok::<_, Infallible>(())
    });
    Ok(())
}

/// Another master may come with another policy.
async fn watch(store: &RedisStore) {
    let mut said = None;
    loop {
        tokio::time::sleep(ASK_AGAIN).await;
        let Ok(policy) = store.evicts().await else {
            continue;
        };
        if let Some(policy) = policy.as_ref().filter(|_| policy != said) {
            tracing::error!(
                event = "redis_evicts",
                policy,
                "Redis may throw sessions away: set maxmemory-policy noeviction"
            );
        }
        said = policy;
    }
}
