//! A Redis that is there and not what the settings say: said aloud, at once and as long as it is so.
use std::{convert::Infallible, sync::Arc, time::Duration};

use service_kit::{Host, Readiness};

use crate::store::{RedisMistake, RedisStore};

/// Passwords and rights change while it runs.
const ASK_AGAIN: Duration = Duration::from_secs(20);

/// Tells what is wrong with Redis, in the log and at `/readyz`, now and whenever it changes. It closes no
/// gate: an operator may be about to mend it, and a restart would not.
pub(super) async fn tell_mistakes(store: &Arc<RedisStore>, host: &Host) {
    let mut told = Told::nothing(host.readiness.clone());
    told.tell(store.mistake().await);
    let (store, stopping) = (store.clone(), host.lifecycle.stopping());
    host.lifecycle.spawn("redis mistakes", async move {
        let watch = async {
            loop {
                tokio::time::sleep(ASK_AGAIN).await;
                told.tell(store.mistake().await);
            }
        };
        stopping.run_until_cancelled(watch).await.unwrap_or(());
        Ok::<_, Infallible>(())
    });
}

/// What was said last.
struct Told {
    mistake: Option<RedisMistake>,
    readiness: Readiness,
}

impl Told {
    const fn nothing(readiness: Readiness) -> Self {
        Self {
            mistake: None,
            readiness,
        }
    }

    fn tell(&mut self, mistake: Option<RedisMistake>) {
        if self.mistake == mistake {
            return;
        }
        self.mistake = mistake;
        self.readiness
            .complain("redis", mistake.map(|mistake| mistake.to_string()));
        if let Some(mistake) = mistake {
            tracing::error!(
                event = "redis_mistake",
                mistake = mistake.as_str(),
                "Redis is set up wrong: {mistake}"
            );
        } else {
            tracing::info!(
                event = "redis_mistake_over",
                "Redis shows no mistake any more"
            );
        }
    }
}
